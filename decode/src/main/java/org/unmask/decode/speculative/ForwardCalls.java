package org.unmask.decode.speculative;

import org.unmask.model.Query;

/** Receives the forward calls that a drafter needs. */
public interface ForwardCalls {

  /** Adds a call of the network itself that counts as one of its passes. */
  void main(Query query);

  /** Adds a call of the network itself with sublayers left out, which counts as drafting. */
  void reduced(Query query);

  /** Adds a call of the auxiliary network. */
  void auxiliary(Query query);
}
