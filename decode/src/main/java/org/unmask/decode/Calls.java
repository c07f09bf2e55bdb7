package org.unmask.decode;

import java.util.ArrayList;
import java.util.List;
import org.unmask.model.Query;

/** The queries of one round, of all sequences. */
final class Calls {

  private final List<Query> main = new ArrayList<>();
  private final List<Query> auxiliary = new ArrayList<>();

  /** Adds a query for the main network. */
  void main(Query query) {
    main.add(query);
  }

  /** Adds a query for the auxiliary network. */
  void auxiliary(Query query) {
    auxiliary.add(query);
  }

  List<Query> main() {
    return main;
  }

  List<Query> auxiliary() {
    return auxiliary;
  }

  void clear() {
    main.clear();
    auxiliary.clear();
  }
}
