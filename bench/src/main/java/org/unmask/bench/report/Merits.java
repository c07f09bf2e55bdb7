package org.unmask.bench.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmask.bench.sweep.Curve;
import org.unmask.bench.sweep.Plan;
import org.unmask.bench.sweep.SampleRow;
import org.unmask.bench.sweep.Setting;
import org.unmask.bench.sweep.Summary;
import org.unmask.tasks.merit.Bootstrap;
import org.unmask.tasks.merit.MatchedSpeed;
import org.unmask.tasks.merit.OracleCeiling;

/**
 * Figures that need the samples one by one: speed at matched quality with its interval, and what a
 * decoder could reach that knew the best setting for each sample.
 */
final class Merits {

  /** How many points below the slowest setting still counts as the same quality. */
  static final double TOLERANCE = 5;

  private static final int RESAMPLES = 1000;
  private static final long SEED = 42;

  /**
   * Figures of one curve.
   *
   * @param matched tokens per step at the level, with the middle 95 % of resamples
   * @param oracle best setting for each sample
   * @param oracleTokensPerStep its speed
   */
  record Merit(Bootstrap.Interval matched, OracleCeiling oracle, double oracleTokensPerStep) {}

  private record Key(String task, int index) {}

  private final Map<Curve, Merit> merits = new LinkedHashMap<>();
  private final double level;

  private Merits(double level) {
    this.level = level;
  }

  /** Returns the level of {@link Merit#matched}, in percent. */
  double level() {
    return level;
  }

  /** Returns the figures of a curve, or empty where some settings lack samples. */
  Optional<Merit> of(Curve curve) {
    return Optional.ofNullable(merits.get(curve));
  }

  /** Computes the figures of all curves that are whole. */
  static Merits of(Summary summary, List<SampleRow> rows) {
    double slowest =
        summary.curves().stream()
            .flatMap(curve -> curve.points().stream())
            .flatMap(point -> point.average().stream())
            .min(Comparator.comparingDouble(m -> m.tokensPerStep()))
            .map(m -> m.score())
            .orElse(0.0);
    Merits merits = new Merits(Math.max(0, slowest - TOLERANCE));
    Map<String, String> figure = new LinkedHashMap<>();
    Map<String, Double> weight = new LinkedHashMap<>();
    int samples = summary.plan().tasks().stream().mapToInt(Plan.Task::samples).sum();
    for (Plan.Task task : summary.plan().tasks()) {
      figure.put(task.id(), task.figureMetric());
      // every task counts the same, however many samples it has
      weight.put(task.id(), (double) samples / task.samples() / summary.plan().tasks().size());
    }
    Map<String, Map<Key, SampleRow>> bySetting = new LinkedHashMap<>();
    for (SampleRow row : rows) {
      bySetting
          .computeIfAbsent(
              row.model() + "\n" + row.strategy() + "\n" + row.setting(),
              _ -> new LinkedHashMap<>())
          .put(new Key(row.task(), row.index()), row);
    }
    for (Curve curve : summary.curves()) {
      List<Map<Key, SampleRow>> settings = new ArrayList<>();
      for (Setting setting : curve.strategy().settings()) {
        settings.add(
            bySetting.getOrDefault(
                curve.model() + "\n" + curve.strategy().name() + "\n" + setting.label(), Map.of()));
      }
      boolean whole =
          settings.stream()
              .allMatch(
                  s -> s.size() == samples && s.values().stream().noneMatch(SampleRow::failed));
      if (whole) {
        merits.merits.put(curve, merit(curve, settings, figure, weight, merits.level));
      }
    }
    return merits;
  }

  private static Merit merit(
      Curve curve,
      List<Map<Key, SampleRow>> settings,
      Map<String, String> figure,
      Map<String, Double> weight,
      double level) {
    List<Key> keys =
        settings.getFirst().keySet().stream()
            .sorted(Comparator.comparing(Key::task).thenComparingInt(Key::index))
            .toList();
    List<MatchedSpeed.Setting> speeds = new ArrayList<>();
    for (Map<Key, SampleRow> setting : settings) {
      double[] speed = new double[keys.size()];
      double[] score = new double[keys.size()];
      for (int i = 0; i < speed.length; i++) {
        SampleRow row = setting.get(keys.get(i));
        double w = weight.get(row.task());
        speed[i] = w * row.tokensPerStep();
        score[i] = w * 100 * row.scores().getOrDefault(figure.get(row.task()), 0.0);
      }
      speeds.add(new MatchedSpeed.Setting(speed, score));
    }
    List<List<OracleCeiling.Trial>> trials = new ArrayList<>();
    double generated = 0;
    for (Key key : keys) {
      List<OracleCeiling.Trial> list = new ArrayList<>();
      for (Map<Key, SampleRow> setting : settings) {
        SampleRow row = setting.get(key);
        double score = 100 * row.scores().getOrDefault(figure.get(row.task()), 0.0);
        list.add(new OracleCeiling.Trial(score, row.nfe()));
        generated += (double) row.genLength() / settings.size();
      }
      trials.add(list);
    }
    OracleCeiling oracle = OracleCeiling.of(trials);
    return new Merit(
        new MatchedSpeed(speeds, curve.strategy().adaptive())
            .at(level, 0.95, Bootstrap.of(keys.size(), RESAMPLES, SEED)),
        oracle,
        generated / keys.size() / oracle.steps());
  }
}
