package org.unmask.decode;

import org.unmask.model.Predictions;

/**
 * The logits of the last calls at every position, from which probabilities are computed one by one
 * when a rule asks for them: most tokens are too unlikely to matter.
 *
 * <p>Memory is {@code V} floats for every position followed and every call remembered.
 */
final class LogitHistory {

  private static final double FLOOR = 0x1p-23; // of float32 probabilities, as ReMix has it
  private static final float[] BOUNDS = {4, 12, Float.POSITIVE_INFINITY};

  private final int depth;
  private final int suppressed;
  private final int[] calls;
  private final float[][][] logits;
  private final float[][] max;
  private final double[][] top;

  /**
   * Makes the memory of one sequence.
   *
   * @param length positions
   * @param depth calls remembered
   * @param suppressed token of probability 0, or -1
   */
  LogitHistory(int length, int depth, int suppressed) {
    this.depth = depth;
    this.suppressed = suppressed;
    calls = new int[length];
    logits = new float[length][depth][];
    max = new float[length][depth];
    top = new double[length][depth];
  }

  /** Takes down what a call says of a position. */
  void follow(int position, Predictions predictions, int row) {
    int slot = calls[position]++ % depth;
    int vocabSize = predictions.vocabSize();
    float[] kept = logits[position][slot];
    if (kept == null) {
      kept = new float[vocabSize];
      logits[position][slot] = kept;
    }
    System.arraycopy(predictions.logits(), row * vocabSize, kept, 0, vocabSize);
    if (suppressed >= 0) {
      kept[suppressed] = Float.NEGATIVE_INFINITY;
    }
    top[position][slot] = predictions.top(row);
    boolean isGreedy = predictions.confidence(row) == predictions.top(row);
    max[position][slot] = isGreedy ? kept[predictions.token(row)] : highest(kept);
  }

  private static float highest(float[] row) {
    float highest = Float.NEGATIVE_INFINITY;
    for (float l : row) {
      highest = Math.max(highest, l);
    }
    return highest;
  }

  /** Returns how many calls a position was followed. */
  int calls(int position) {
    return calls[position];
  }

  /** Returns the logits of a call; that of the token that is suppressed is minus infinity. */
  float[] logits(int position, int call) {
    return logits[position][call % depth];
  }

  /** Returns the highest logit of a call. */
  float max(int position, int call) {
    return max[position][call % depth];
  }

  /** Returns the probability of a token in a call, one of the last {@code depth}. */
  double probability(int position, int call, int token) {
    int slot = call % depth;
    double below = (double) logits[position][slot][token] - max[position][slot];
    return top[position][slot] * StrictMath.exp(below);
  }

  /**
   * Tells whether the Jensen-Shannon divergence of a position's last two calls exceeds a limit, in
   * nats. Every token adds something, together the rest at most its mass times ln 2; so the most
   * probable ones often settle it.
   */
  boolean diverges(int position, double limit) {
    int now = calls[position] - 1;
    float[] a = logits(position, now);
    float[] b = logits(position, now - 1);
    for (float bound : BOUNDS) {
      float leastA = max(position, now) - bound;
      float leastB = max(position, now - 1) - bound;
      double sum = 0;
      double rest = 2 + a.length * FLOOR;
      for (int v = 0; v < a.length && sum <= 2 * limit; v++) {
        if (a[v] > leastA || b[v] > leastB) {
          double p = Math.max(probability(position, now, v), FLOOR);
          double q = Math.max(probability(position, now - 1, v), FLOOR);
          double logMean = StrictMath.log((p + q) / 2);
          sum += p * (StrictMath.log(p) - logMean) + q * (StrictMath.log(q) - logMean);
          rest -= p + q;
        }
      }
      if (sum > 2 * limit) {
        return true;
      }
      if (sum + rest * StrictMath.log(2) <= 2 * limit) {
        return false;
      }
    }
    return false;
  }
}
