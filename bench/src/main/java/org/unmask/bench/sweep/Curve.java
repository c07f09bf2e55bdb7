package org.unmask.bench.sweep;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What one strategy reached with one model, at every setting.
 *
 * @param model name of the model
 * @param strategy the strategy
 * @param points one per setting, in the order of the strategy
 */
public record Curve(String model, Strategy strategy, List<Point> points) {

  /**
   * One setting.
   *
   * @param setting label of the setting
   * @param tasks measures by task id, in the order of the plan; tasks not begun are missing
   */
  public record Point(String setting, Map<String, Measure> tasks) {

    /** Returns the average over tasks, or empty before the first sample. */
    public Optional<Measure> average() {
      return tasks.isEmpty() ? Optional.empty() : Optional.of(Measure.average(tasks.values()));
    }
  }

  /** Returns PBx over the settings measured so far. */
  public OptionalDouble pb(double x) {
    List<PbScore.Point> measured =
        points.stream()
            .flatMap(point -> point.average().stream())
            .map(average -> new PbScore.Point(average.tokensPerStep(), average.score()))
            .toList();
    return PbScore.of(measured, strategy.adaptive(), x);
  }
}
