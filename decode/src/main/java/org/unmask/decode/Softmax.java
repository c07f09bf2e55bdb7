package org.unmask.decode;

import org.unmask.model.Predictions;

/**
 * Statistics of softmax rows that a rule has changed, in double precision and in a fixed order.
 *
 * <p>Unchanged rows are described by the network itself.
 */
final class Softmax {

  private Softmax() {}

  /**
   * Copies the logits of a row.
   *
   * @param suppressed tokens that become minus infinity
   */
  static void load(Predictions from, int row, int[] suppressed, double[] to) {
    int count = from.vocabSize();
    for (int v = 0; v < count; v++) {
      to[v] = from.logits()[row * count + v];
    }
    for (int token : suppressed) {
      to[token] = Double.NEGATIVE_INFINITY;
    }
  }

  /** Returns the natural logarithm of a token's probability in softmax(l / temperature). */
  static double logProbability(float[] logits, int from, int count, int token, double temperature) {
    float max = Float.NEGATIVE_INFINITY;
    for (int v = 0; v < count; v++) {
      max = Math.max(max, logits[from + v]);
    }
    double sum = 0;
    for (int v = 0; v < count; v++) {
      sum += StrictMath.exp(((double) logits[from + v] - max) / temperature);
    }
    return ((double) logits[from + token] - max) / temperature - StrictMath.log(sum);
  }

  /** Turns logits into probabilities in place; minus infinity becomes 0. */
  static void normalise(double[] row, int count) {
    double max = Double.NEGATIVE_INFINITY;
    for (int v = 0; v < count; v++) {
      max = Math.max(max, row[v]);
    }
    double sum = 0;
    for (int v = 0; v < count; v++) {
      row[v] = StrictMath.exp(row[v] - max);
      sum += row[v];
    }
    for (int v = 0; v < count; v++) {
      row[v] /= sum;
    }
  }

  /** Returns the index of the largest entry, the lowest on ties. */
  static int argMax(double[] row, int count) {
    int best = 0;
    for (int v = 1; v < count; v++) {
      if (row[v] > row[best]) {
        best = v;
      }
    }
    return best;
  }

  /** Returns the entropy of a probability row in nats. */
  static double entropy(double[] probabilities, int count) {
    double sum = 0;
    for (int v = 0; v < count; v++) {
      if (probabilities[v] > 0) {
        sum -= probabilities[v] * StrictMath.log(probabilities[v]);
      }
    }
    return sum;
  }

  /** Describes a probability row and the token proposed from it. */
  static void describe(double[] probabilities, int count, int token, Predictions out, int row) {
    double top = 0;
    double second = 0;
    for (int v = 0; v < count; v++) {
      if (probabilities[v] > top) {
        second = top;
        top = probabilities[v];
      } else if (probabilities[v] > second) {
        second = probabilities[v];
      }
    }
    out.set(row, token, probabilities[token], top, second, entropy(probabilities, count));
  }
}
