package org.unmask.decode.speculative;

import org.unmask.model.Predictions;

/** How logits become the law that tokens are drawn from: temperature, nucleus, top-k. */
public interface Warp {

  /** Tells whether the law is the most probable token alone, so that no logits are needed. */
  boolean isGreedy();

  /** Returns the law of a predicted row (vocabSize), a new array. */
  double[] law(Predictions predictions, int row);

  /** Returns the law of a greedy row: all mass on the token proposed. */
  static double[] certain(int token, int vocabSize) {
    double[] law = new double[vocabSize];
    law[token] = 1;
    return law;
  }
}
