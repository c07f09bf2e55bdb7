package org.unmask.tasks.merit;

import java.util.Comparator;
import java.util.List;

/**
 * AUP: the area under a speed-quality curve, where quality lost against the best method costs more
 * than its share.
 *
 * <p>Source: d3LLM. With points (r_i, y_i) by rising speed r, those more than 5 percent points
 * below the slowest left out, AUP = r_1 y_1 + sum of (r_i - r_(i-1)) times the mean of y W(y) at
 * both ends, W(y) = min(exp(-3 (1 - y / best)), 1).
 */
public final class Aup {

  private static final double GREATEST_LOSS = 5;
  private static final double STEEPNESS = 3;

  private Aup() {}

  /**
   * Returns the area.
   *
   * @param points the settings of one strategy, in any order, at least one
   * @param best greatest score of all strategies that are compared, in percent, above 0
   */
  public static double of(List<Point> points, double best) {
    if (points.isEmpty() || !(best > 0)) {
      throw new IllegalArgumentException(
          "need at least one point and a best score above 0, had %d and %s"
              .formatted(points.size(), best));
    }
    var sorted = points.stream().sorted(Comparator.comparingDouble(Point::tokensPerStep)).toList();
    Point before = sorted.getFirst();
    double least = before.score() - GREATEST_LOSS;
    double area = before.tokensPerStep() * before.score();
    for (var point : sorted.subList(1, sorted.size())) {
      if (point.score() >= least) {
        area +=
            0.5
                * (point.tokensPerStep() - before.tokensPerStep())
                * (weighted(point.score(), best) + weighted(before.score(), best));
        before = point;
      }
    }
    return area;
  }

  private static double weighted(double score, double best) {
    return score * Math.min(Math.exp(-STEEPNESS * (1 - score / best)), 1);
  }
}
