package org.unmask.decode;

/** Says how sure a prediction is: the higher, the earlier it is unmasked. */
interface ConfidenceScorer {

  /** Returns the score of a row. */
  double score(Step step, int row);

  /** Returns what a trace shows as the confidence of a row. */
  default double shown(Step step, int row) {
    return step.score(row);
  }
}
