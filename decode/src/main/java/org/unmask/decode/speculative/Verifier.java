package org.unmask.decode.speculative;

import org.jspecify.annotations.Nullable;
import org.unmask.model.Query;

/** Scores drafts with one pass of the network each. Belongs to one sequence. */
public interface Verifier {

  /** Makes the query that scores a draft, or none if the scores are known without a pass. */
  @Nullable Query plan(Text text, Draft draft);

  /** Returns what the pass planned last says. */
  Scores scores();

  /**
   * Keeps the rows of what was committed and drops those of what was rejected.
   *
   * @param text what was committed before
   */
  void keep(Text text, Draft draft, Commit commit);
}
