package org.unmask.tasks.merit;

import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;

/**
 * PBx: the largest number of tokens per step at which the average score is still at least x
 * percent.
 *
 * <p>Source: ParallelBench's leaderboard. A strategy with a fixed number of tokens per step has the
 * points it has; an adaptive one also what lies on straight lines between them.
 */
public final class PbScore {

  /** The levels of the site, in percent. */
  public static final List<Integer> SITE_LEVELS = List.of(80, 75, 70);

  /** The levels of the benchmark's command line, in percent. */
  public static final List<Integer> COMMAND_LINE_LEVELS = List.of(90, 80, 70, 60);

  private PbScore() {}

  /**
   * Returns PBx of a strategy with a fixed number of tokens per step.
   *
   * @param points the strategy's settings, in any order
   * @param level x, in percent
   * @return tokens per step, or empty if no setting reaches the level
   */
  public static OptionalDouble fixed(List<Point> points, double level) {
    return points.stream()
        .filter(point -> point.score() >= level)
        .mapToDouble(Point::tokensPerStep)
        .max();
  }

  /**
   * Returns PBx of an adaptive strategy: from the fastest setting that reaches the level, along the
   * line to the next faster one, down to the level.
   *
   * @param points the strategy's settings, in any order
   * @param level x, in percent
   * @return tokens per step, or empty if no setting reaches the level
   */
  public static OptionalDouble adaptive(List<Point> points, double level) {
    var fastest =
        points.stream()
            .filter(point -> point.score() >= level)
            .max(Comparator.comparingDouble(Point::tokensPerStep));
    if (fastest.isEmpty()) {
      return OptionalDouble.empty();
    }
    Point at = fastest.get();
    var next =
        points.stream()
            .filter(point -> point.tokensPerStep() > at.tokensPerStep())
            .min(Comparator.comparingDouble(Point::tokensPerStep));
    if (next.isEmpty()) {
      return OptionalDouble.of(at.tokensPerStep());
    }
    double share = (at.score() - level) / (at.score() - next.get().score());
    return OptionalDouble.of(
        at.tokensPerStep() + share * (next.get().tokensPerStep() - at.tokensPerStep()));
  }
}
