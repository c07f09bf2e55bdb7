package org.unmask.decode;

import org.unmask.model.Predictions;

/**
 * How the distributions of positions change from call to call, for KLASS (arXiv 2511.05664): {@code
 * KL = sum p ln((p + 1e-12) / (q + 1e-12))} of a call's distribution p and the one before it, q;
 * before the first call q is 0, which makes it 27.6 less the entropy.
 *
 * <p>A divergence is computed when it is asked for, over the most probable tokens first: the others
 * together, of mass P, add between {@code P ln P} and {@code 27.7 P}.
 */
final class Drift {

  private static final double FLOOR = 1e-12;
  private static final double MOST = 27.7; // of ln((p + FLOOR) / (q + FLOOR))
  private static final double MARGIN = 1e-9; // of the bounds, for what rounding and FLOOR add
  private static final float[] BOUNDS = {4, 8, 12, 20, Float.POSITIVE_INFINITY};

  private final int depth;
  private final LogitHistory history;
  private double sum;
  private double rest;

  /**
   * Makes the memory of one sequence.
   *
   * @param length positions
   * @param history divergences that can be asked for
   * @param suppressed token of probability 0, or -1
   */
  Drift(int length, int history, int suppressed) {
    depth = history;
    this.history = new LogitHistory(length, depth + 1, suppressed);
  }

  /** Takes down what a call says of a position. */
  void follow(int position, Predictions predictions, int row) {
    history.follow(position, predictions, row);
  }

  /**
   * Returns the divergence of a call from the one before, to 1e-7; 0 where there was no such call,
   * so that what was not followed yet counts as settled.
   *
   * @param age 0 for the last call, 1 for the one before, below the history
   */
  double kl(int position, int age) {
    int call = history.calls(position) - 1 - age;
    for (int level = 3; call >= 0 && level < BOUNDS.length; level++) {
      add(position, call, BOUNDS[level]);
      if (rest * MOST < 1e-7) {
        return sum;
      }
    }
    return call < 0 ? 0 : sum;
  }

  /** Tells whether a divergence is below a threshold; as {@link #kl}, but reads no more of it. */
  boolean isBelow(double threshold, int position, int age) {
    int call = history.calls(position) - 1 - age;
    if (call < 0) {
      return 0 < threshold;
    }
    for (float bound : BOUNDS) {
      add(position, call, bound);
      double least = rest > 0 ? rest * StrictMath.log(rest) : 0;
      if (sum + MOST * rest + MARGIN < threshold) {
        return true;
      }
      if (sum + least - MARGIN >= threshold) {
        return false;
      }
    }
    return sum < threshold;
  }

  /** Adds up the tokens whose logits are so little below the highest, and the mass of the rest. */
  private void add(int position, int call, float bound) {
    float[] row = history.logits(position, call);
    float least = history.max(position, call) - bound;
    double mass = 0;
    sum = 0;
    for (int v = 0; v < row.length; v++) {
      if (row[v] > least) {
        double p = history.probability(position, call, v);
        double q = call == 0 ? 0 : history.probability(position, call - 1, v);
        sum += p * StrictMath.log((p + FLOOR) / (q + FLOOR));
        mass += p;
      }
    }
    rest = Math.max(0, 1 - mass);
  }
}
