package org.unmask.decode;

import org.unmask.model.Predictions;

/**
 * How the distributions of positions change from call to call, for KLASS (arXiv 2511.05664): {@code
 * KL = sum p ln((p + 1e-12) / (q + 1e-12))} of a call's distribution p and the one before it, q;
 * before the first call q is 0, which makes it 27.6 less the entropy.
 *
 * <p>The logits of the last calls are kept; a divergence is computed when it is asked for. Tokens
 * so unlikely that all of them together change it by less than 1e-7 are passed over. Memory is
 * {@code V (history + 1)} floats for every position followed.
 */
final class Drift {

  private static final double FLOOR = 1e-12;
  private static final double UNLIKELY = -20; // ln of a probability relative to the highest
  private static final double MOST_ERROR = 1e-7;

  private final int depth;
  private final int suppressed;
  private final int[] calls;
  private final float[][][] logits;
  private final double[][] max;
  private final double[][] top;
  private final double[][] known;

  /**
   * Makes the memory of one sequence.
   *
   * @param length positions
   * @param history divergences that can be asked for
   * @param suppressed token of probability 0, or -1
   */
  Drift(int length, int history, int suppressed) {
    depth = history + 1;
    this.suppressed = suppressed;
    calls = new int[length];
    logits = new float[length][depth][];
    max = new double[length][depth];
    top = new double[length][depth];
    known = new double[length][depth];
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
    float highest = Float.NEGATIVE_INFINITY;
    for (float l : kept) {
      highest = Math.max(highest, l);
    }
    max[position][slot] = highest;
    top[position][slot] = predictions.top(row);
    known[position][slot] = Double.NaN;
  }

  /**
   * Returns the divergence of a call from the one before; 0 where there was no such call, so that
   * what was not followed yet counts as settled.
   *
   * @param age 0 for the last call, 1 for the one before, below the history
   */
  double kl(int position, int age) {
    int call = calls[position] - 1 - age;
    if (call < 0) {
      return 0;
    }
    int slot = call % depth;
    if (Double.isNaN(known[position][slot])) {
      known[position][slot] = divergence(position, slot, call == 0 ? -1 : (call - 1) % depth);
    }
    return known[position][slot];
  }

  private double divergence(int position, int now, int before) {
    float[] row = logits[position][now];
    for (double bound = UNLIKELY; ; bound = Double.NEGATIVE_INFINITY) {
      double sum = 0;
      double mass = 0;
      float least = (float) (max[position][now] + bound);
      for (int v = 0; v < row.length; v++) {
        if (row[v] > least) {
          double p = probability(position, now, v);
          double q = before < 0 ? 0 : probability(position, before, v);
          sum += p * StrictMath.log((p + FLOOR) / (q + FLOOR));
          mass += p;
        }
      }
      if (bound == Double.NEGATIVE_INFINITY || (1 - mass) * 28 < MOST_ERROR) {
        return sum;
      }
    }
  }

  private double probability(int position, int slot, int token) {
    return top[position][slot]
        * StrictMath.exp(logits[position][slot][token] - max[position][slot]);
  }
}
