package org.unmask.decode.speculative;

/**
 * The random choices of rules and drafters. Drawn from numbers when decoding; taken both ways, with
 * their probabilities, when a certificate enumerates them.
 */
public interface Chance {

  /**
   * Decides with a probability.
   *
   * @param probability in [0, 1]
   * @param position in the sequence that is decided about
   */
  boolean happens(double probability, int position);

  /**
   * Draws an index.
   *
   * @param weights at least 0, not all 0; need not sum to 1
   * @param position in the sequence that is drawn for
   */
  int draw(double[] weights, int position);

  /**
   * Finds the index under a uniform number, by the cumulated weights in their order.
   *
   * @param uniform in [0, 1)
   */
  static int pick(double[] weights, double uniform) {
    double sum = 0;
    int last = -1;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        sum += weights[i];
        last = i;
      }
    }
    double left = uniform * sum;
    for (int i = 0; i < last; i++) {
      if (weights[i] > 0) {
        left -= weights[i];
        if (left < 0) {
          return i;
        }
      }
    }
    return last;
  }
}
