package org.unmask.tasks.merit;

import java.util.List;

/**
 * How hard a task is to decode in parallel and which order suits it. Source: ParallelBench, figure
 * 6.
 */
public final class TaskProfile {

  private TaskProfile() {}

  /**
   * Returns parallelizability: the mean number of tokens per step, weighted by the score it
   * reaches.
   *
   * @param points fixed numbers of tokens per step, each with its score; smaller means harder
   * @return tokens per step, or 0 if no score is above 0
   */
  public static double parallelizability(List<Point> points) {
    double sum = points.stream().mapToDouble(Point::score).sum();
    double weighted =
        points.stream().mapToDouble(point -> point.tokensPerStep() * point.score()).sum();
    return sum > 0 ? weighted / sum : 0;
  }

  /**
   * Returns order preference: the slope of the score over the block length, by least squares.
   *
   * @param blockLengths at least two different ones
   * @param scores one per block length
   * @return above 0 where a free order helps, below 0 where left to right does
   */
  public static double orderPreference(double[] blockLengths, double[] scores) {
    if (blockLengths.length != scores.length) {
      throw new IllegalArgumentException(
          "there are %d block lengths, but %d scores"
              .formatted(blockLengths.length, scores.length));
    }
    double meanLength = mean(blockLengths);
    double meanScore = mean(scores);
    double product = 0;
    double square = 0;
    for (int i = 0; i < scores.length; i++) {
      product += (blockLengths[i] - meanLength) * (scores[i] - meanScore);
      square += (blockLengths[i] - meanLength) * (blockLengths[i] - meanLength);
    }
    if (!(square > 0)) {
      throw new IllegalArgumentException("a slope needs two different block lengths");
    }
    return product / square;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
