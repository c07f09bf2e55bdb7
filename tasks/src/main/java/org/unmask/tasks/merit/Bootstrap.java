package org.unmask.tasks.merit;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.unmask.tasks.random.RandomStream;

/**
 * Confidence intervals by resampling.
 *
 * <p>A resample draws as many samples as there are, with replacement; all settings and strategies
 * are evaluated on the same draw, so that what is compared stays paired. The interval holds the
 * middle share of the statistic's values (percentile method). The same seed gives the same
 * interval.
 *
 * <pre>{@code
 * Bootstrap.of(samples, 2000, 42)
 *     .interval(0.95, drawn -> mean(scoresOfA, drawn) - mean(scoresOfB, drawn));
 * }</pre>
 *
 * @param samples number of samples
 * @param resamples number of draws
 * @param seed of the draws
 */
public record Bootstrap(int samples, int resamples, long seed) {

  /** Checks the numbers. */
  public Bootstrap {
    if (samples < 1 || resamples < 1) {
      throw new IllegalArgumentException(
          "samples and resamples must be positive, were " + samples + " and " + resamples);
    }
  }

  /** Returns a bootstrap of that many samples. */
  public static Bootstrap of(int samples, int resamples, long seed) {
    return new Bootstrap(samples, resamples, seed);
  }

  /**
   * A value with its interval.
   *
   * @param estimate of all samples, each once
   * @param low lower end
   * @param high upper end
   */
  public record Interval(double estimate, double low, double high) {}

  /**
   * Returns the interval of a statistic.
   *
   * @param level share of the values to hold, such as 0.95
   * @param statistic computes a finite value from the indices of the samples drawn
   * @throws IllegalArgumentException if the level is not between 0 and 1
   * @throws IllegalStateException if the statistic has no finite value for a draw
   */
  public Interval interval(double level, ToDoubleFunction<int[]> statistic) {
    if (!(level > 0 && level < 1)) {
      throw new IllegalArgumentException("level must be between 0 and 1, was " + level);
    }
    int[] drawn = new int[samples];
    Arrays.setAll(drawn, i -> i);
    double estimate = value(statistic, drawn);
    var random = RandomStream.of(seed, "bootstrap");
    double[] values = new double[resamples];
    for (int r = 0; r < resamples; r++) {
      Arrays.setAll(drawn, i -> random.nextInt(samples));
      values[r] = value(statistic, drawn);
    }
    Arrays.sort(values);
    double tail = (1 - level) / 2;
    return new Interval(estimate, quantile(values, tail), quantile(values, 1 - tail));
  }

  /** Returns the mean of those values that were drawn. */
  public static double mean(double[] values, int[] drawn) {
    double sum = 0;
    for (int i : drawn) {
      sum += values[i];
    }
    return sum / drawn.length;
  }

  private static double value(ToDoubleFunction<int[]> statistic, int[] drawn) {
    double value = statistic.applyAsDouble(drawn.clone());
    if (!Double.isFinite(value)) {
      throw new IllegalStateException("the statistic of a resample is " + value);
    }
    return value;
  }

  /** Interpolates between the two values around a share of the sorted ones. */
  private static double quantile(double[] sorted, double share) {
    double at = share * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
