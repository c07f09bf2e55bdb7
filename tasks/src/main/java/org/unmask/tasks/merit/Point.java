package org.unmask.tasks.merit;

import java.util.Collection;

/**
 * A point of a speed-quality curve: one setting of a strategy.
 *
 * @param tokensPerStep speed; generated tokens, padding counted, per forward pass
 * @param score quality in percent
 */
public record Point(double tokensPerStep, double score) {

  /**
   * Averages the points of several tasks, every task with the same weight.
   *
   * @param points one per task, at least one
   */
  public static Point average(Collection<Point> points) {
    if (points.isEmpty()) {
      throw new IllegalArgumentException("there is no point to average");
    }
    return new Point(
        points.stream().mapToDouble(Point::tokensPerStep).average().orElseThrow(),
        points.stream().mapToDouble(Point::score).average().orElseThrow());
  }
}
