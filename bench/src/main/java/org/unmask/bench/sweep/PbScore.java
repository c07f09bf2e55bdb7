package org.unmask.bench.sweep;

import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;

/**
 * PBx: the largest number of tokens per step at which the average score is still at least x.
 *
 * <p>Source: ParallelBench's leaderboard code. The points of an adaptive strategy are joined by
 * straight lines; a fixed number of tokens per step cannot be interpolated.
 */
public final class PbScore {

  /** The values of x in our reports, in percent: those of the site and of its command line. */
  public static final List<Integer> LEVELS = List.of(90, 80, 75, 70, 60);

  private PbScore() {}

  /**
   * A point of a speed-quality curve.
   *
   * @param tokensPerStep average over tasks
   * @param score average over tasks, in [0, 100]
   */
  public record Point(double tokensPerStep, double score) {}

  /**
   * Returns PBx of a curve.
   *
   * @param points in any order
   * @param adaptive whether to interpolate
   * @param x least average score, in percent
   * @return tokens per step, or empty if no point reaches x
   */
  public static OptionalDouble of(List<Point> points, boolean adaptive, double x) {
    List<Point> sorted =
        points.stream().sorted(Comparator.comparingDouble(Point::tokensPerStep)).toList();
    int last = -1;
    for (int i = 0; i < sorted.size(); i++) {
      if (sorted.get(i).score() >= x) {
        last = i;
      }
    }
    if (last < 0) {
      return OptionalDouble.empty();
    }
    Point at = sorted.get(last);
    if (!adaptive || last == sorted.size() - 1) {
      return OptionalDouble.of(at.tokensPerStep());
    }
    Point next = sorted.get(last + 1); // its score is below x
    double share = (at.score() - x) / (at.score() - next.score());
    return OptionalDouble.of(
        at.tokensPerStep() + share * (next.tokensPerStep() - at.tokensPerStep()));
  }
}
