package org.unmask.bench.sweep;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.unmask.tasks.merit.PbScore;

/**
 * What one strategy reached with one model, at every setting.
 *
 * @param model name of the model
 * @param strategy the strategy
 * @param points one per setting, in the order of the strategy
 */
public record Curve(String model, Strategy strategy, List<Point> points) {

  /**
   * The values of x of PBx in our reports, in percent: those of the site and of its command line.
   */
  public static final List<Integer> PB_LEVELS = List.of(90, 80, 75, 70, 60);

  /**
   * One setting.
   *
   * @param setting label of the setting
   * @param tasks measures by task id, in the order of the plan; tasks not begun are missing
   * @param forAll whether the setting makes sense for all tasks
   */
  public record Point(String setting, Map<String, Measure> tasks, boolean forAll) {

    /**
     * Returns the average over tasks, or empty before the first sample and where some tasks can
     * have none, since averages over different tasks do not compare.
     */
    public Optional<Measure> average() {
      return tasks.isEmpty() || !forAll
          ? Optional.empty()
          : Optional.of(Measure.average(tasks.values()));
    }
  }

  /** Returns PBx over the settings measured so far. */
  public OptionalDouble pb(double x) {
    List<org.unmask.tasks.merit.Point> measured =
        points.stream()
            .flatMap(point -> point.average().stream())
            .map(
                average ->
                    new org.unmask.tasks.merit.Point(average.tokensPerStep(), average.score()))
            .toList();
    return strategy.adaptive() ? PbScore.adaptive(measured, x) : PbScore.fixed(measured, x);
  }
}
