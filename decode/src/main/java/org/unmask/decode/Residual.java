package org.unmask.decode;

import java.util.function.IntToDoubleFunction;

/** The second half of speculative sampling: a draw from {@code (q - p)+}, normalised. */
final class Residual {

  private Residual() {}

  /**
   * Draws a token; from q itself if p leaves nothing.
   *
   * @param q wanted distribution
   * @param p distribution that a token was drawn from and rejected
   * @param gumbel noise of a token
   */
  static int draw(double[] q, double[] p, int vocabSize, IntToDoubleFunction gumbel) {
    double mass = 0;
    for (int v = 0; v < vocabSize; v++) {
      mass += Math.max(0, q[v] - p[v]);
    }
    int best = -1;
    double bestScore = Double.NEGATIVE_INFINITY;
    for (int v = 0; v < vocabSize; v++) {
      double weight = mass > 0 ? Math.max(0, q[v] - p[v]) : q[v];
      if (weight > 0) {
        double score = StrictMath.log(weight) + gumbel.applyAsDouble(v);
        if (score > bestScore) {
          best = v;
          bestScore = score;
        }
      }
    }
    return best;
  }
}
