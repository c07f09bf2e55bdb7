package org.unmask.decode.speculative;

/** What one pass of the verifier says of a draft. Node -1 stands for the committed text. */
public interface Scores {

  /** Tells whether the pass says what follows a node; any-order passes do not for the last. */
  boolean has(int node);

  /** Returns the position of the token that follows a node. */
  int position(int node);

  /**
   * Returns the law of the token that follows a node, tempered and filtered; at temperature 0 all
   * mass is on the most probable token. Not to be changed.
   */
  double[] after(int node);

  /** Returns how sure the network is of a token that follows a node. */
  double confidence(int node, int token);
}
