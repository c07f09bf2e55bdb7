package org.unmask.tasks.merit;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * How much the order of unmasking was like left to right.
 *
 * <p>The step at which each position was unmasked is compared with the same steps sorted, as
 * ParallelBench does; through ties this differs from a comparison with the positions. To leave out
 * padding, pass the steps of the other positions only.
 */
public final class DecodingOrder {

  private DecodingOrder() {}

  /**
   * Returns Kendall's tau-b.
   *
   * @param steps step of each position, in the order of positions
   * @return from -1 to 1, or empty if all steps are equal
   */
  public static OptionalDouble kendallTau(int[] steps) {
    int[] sorted = sorted(steps);
    long balance = 0;
    long untiedSteps = 0;
    long untiedSorted = 0;
    for (int i = 0; i < steps.length; i++) {
      for (int j = 0; j < i; j++) {
        int a = Integer.compare(steps[i], steps[j]);
        int b = Integer.compare(sorted[i], sorted[j]);
        balance += a * b;
        untiedSteps += a * a;
        untiedSorted += b * b;
      }
    }
    return untiedSteps == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(balance / Math.sqrt((double) untiedSteps * untiedSorted));
  }

  /**
   * Returns Spearman's rho, with mean ranks for ties.
   *
   * @param steps step of each position, in the order of positions
   * @return from -1 to 1, or empty if all steps are equal
   */
  public static OptionalDouble spearmanRho(int[] steps) {
    int[] sorted = sorted(steps);
    double mean = (steps.length + 1) / 2.0;
    double product = 0;
    double square = 0;
    for (int i = 0; i < steps.length; i++) {
      double a = rank(steps[i], sorted) - mean;
      double b = rank(sorted[i], sorted) - mean;
      product += a * b;
      square += a * a; // the same sum for both: sorted holds the same steps
    }
    return square == 0 ? OptionalDouble.empty() : OptionalDouble.of(product / square);
  }

  private static int[] sorted(int[] steps) {
    int[] copy = steps.clone();
    Arrays.sort(copy);
    return copy;
  }

  private static double rank(int step, int[] sorted) {
    int below = 0;
    int equal = 0;
    for (int other : sorted) {
      if (other < step) {
        below++;
      } else if (other == step) {
        equal++;
      }
    }
    return below + (equal + 1) / 2.0;
  }
}
