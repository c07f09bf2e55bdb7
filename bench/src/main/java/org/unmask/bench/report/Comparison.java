package org.unmask.bench.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.sweep.Curve;
import org.unmask.bench.sweep.Grid;
import org.unmask.bench.sweep.Measure;
import org.unmask.bench.sweep.Plan;
import org.unmask.bench.sweep.SampleRow;
import org.unmask.bench.sweep.Setting;
import org.unmask.bench.sweep.Summary;
import org.unmask.tasks.merit.Bootstrap;
import org.unmask.tasks.merit.MatchedSpeed;

/**
 * Strategies compared on the same samples. The first setting of a model, and of a response length
 * where the run sets several, is the baseline of all others.
 *
 * <p>Every figure with an interval is paired: both sides see the same resample. Every task counts
 * the same.
 *
 * @param rows one per model, strategy and setting
 * @param loss how many points of score below the baseline's still count as matched
 */
public record Comparison(List<Row> rows, double loss) {

  private static final int RESAMPLES = 1000;
  private static final long SEED = 42;
  private static final double CONFIDENCE = 0.95;

  /**
   * One setting.
   *
   * @param curve its strategy
   * @param setting its label
   * @param length response length the setting asks for, empty for the tasks' own
   * @param measure averages over tasks
   * @param isBaseline whether the others are compared with it
   * @param scoreGain points of score above the baseline
   * @param matched tokens per step of the strategy at the baseline's score less the loss, the
   *     fastest of its settings; 0 where none reaches it. The same for all its settings
   * @param textPerStep tokens of real text per forward pass
   * @param acceptedPerStep drafted tokens accepted per forward pass
   * @param passes forward passes of the baseline over those of this setting
   * @param speedUp time of the baseline over that of this setting, padding counted: the baseline
   *     fills the whole canvas
   * @param textSpeedUp the same with the baseline's padding not counted: as if it had ended at its
   *     end of text, after as many passes as it has tokens of text and one
   */
  public record Row(
      Curve curve,
      String setting,
      String length,
      Measure measure,
      boolean isBaseline,
      Bootstrap.Interval scoreGain,
      Bootstrap.Interval matched,
      double textPerStep,
      double acceptedPerStep,
      Bootstrap.Interval passes,
      Bootstrap.Interval speedUp,
      Bootstrap.Interval textSpeedUp) {

    /** Returns what the setting's rule does to the text of plain decoding; empty if none drafts. */
    public String exactness() {
      return curve.strategy().settings().stream()
          .filter(s -> s.label().equals(setting))
          .findFirst()
          .flatMap(Grid::exactness)
          .map(grade -> grade.name().toLowerCase(Locale.ROOT))
          .orElse("");
    }

    /** Returns PBx of the strategy's settings of this length. */
    public OptionalDouble pb(double x) {
      return curve.pb(x);
    }
  }

  private record Key(String task, int index) {}

  /** The samples of one setting, in the order of all others. */
  private record Samples(
      double[] weight,
      double[] score,
      double[] perStep,
      double[] nfe,
      double[] kept,
      double[] accepted,
      double[] ms) {

    /** Returns the passes up to the end of the text, at one token per pass. */
    double textPasses(int i) {
      return Math.min(kept[i] + 1, nfe[i]);
    }
  }

  /**
   * Compares what a run measured; settings that lack samples, or had some that failed, are left
   * out.
   *
   * @param summary averages of the run
   * @param samples the samples behind them
   * @param loss points of score that may be lost, at least 0
   */
  public static Comparison of(Summary summary, List<SampleRow> samples, double loss) {
    Map<String, Map<Key, SampleRow>> bySetting = new LinkedHashMap<>();
    for (SampleRow row : samples) {
      bySetting
          .computeIfAbsent(
              name(row.model(), row.strategy(), row.setting()), _ -> new LinkedHashMap<>())
          .put(new Key(row.task(), row.index()), row);
    }
    Map<String, Samples> baselines = new LinkedHashMap<>();
    List<Row> rows = new ArrayList<>();
    for (Curve curve : summary.curves()) {
      List<Samples> whole = new ArrayList<>();
      List<Setting> settings = new ArrayList<>();
      for (Setting setting : curve.strategy().settings()) {
        Samples drawn =
            samples(
                summary.plan(),
                bySetting.getOrDefault(
                    name(curve.model(), curve.strategy().name(), setting.label()), Map.of()));
        if (drawn != null) {
          settings.add(setting);
          whole.add(drawn);
        }
      }
      for (int i = 0; i < settings.size(); i++) {
        String length = settings.get(i).options().getOrDefault("gen-length", "");
        String group = curve.model() + " " + length;
        boolean isFirst = baselines.putIfAbsent(group, whole.get(i)) == null;
        Samples base = baselines.get(group);
        rows.add(row(curve, settings.get(i), length, whole, i, base, isFirst, loss));
      }
    }
    return new Comparison(rows, loss);
  }

  private static String name(String model, String strategy, String setting) {
    return model + "\n" + strategy + "\n" + setting;
  }

  private static @Nullable Samples samples(Plan plan, Map<Key, SampleRow> rows) {
    int planned = plan.tasks().stream().mapToInt(Plan.Task::samples).sum();
    if (rows.size() != planned || rows.values().stream().anyMatch(SampleRow::failed)) {
      return null;
    }
    Map<String, Plan.Task> tasks = new LinkedHashMap<>();
    plan.tasks().forEach(task -> tasks.put(task.id(), task));
    List<SampleRow> ordered =
        rows.entrySet().stream()
            .sorted(
                Map.Entry.comparingByKey(
                    Comparator.comparing(Key::task).thenComparingInt(Key::index)))
            .map(Map.Entry::getValue)
            .toList();
    int n = ordered.size();
    Samples all =
        new Samples(
            new double[n],
            new double[n],
            new double[n],
            new double[n],
            new double[n],
            new double[n],
            new double[n]);
    for (int i = 0; i < n; i++) {
      SampleRow row = ordered.get(i);
      Plan.Task task = tasks.get(row.task());
      double weight = (double) planned / task.samples() / plan.tasks().size();
      all.weight[i] = weight;
      all.score[i] = weight * 100 * row.scores().getOrDefault(task.figureMetric(), 0.0);
      all.perStep[i] = weight * row.tokensPerStep();
      all.nfe[i] = row.nfe();
      all.kept[i] = row.keptTokens();
      all.accepted[i] = row.acceptedTokens();
      all.ms[i] = row.ms();
    }
    return all;
  }

  private static Row row(
      Curve curve,
      Setting setting,
      String length,
      List<Samples> whole,
      int i,
      Samples base,
      boolean isBaseline,
      double loss) {
    Samples own = whole.get(i);
    int n = own.score().length;
    Bootstrap bootstrap = Bootstrap.of(n, RESAMPLES, SEED);
    double level = Bootstrap.mean(base.score(), all(n)) - loss - 1e-9;
    MatchedSpeed speed =
        new MatchedSpeed(
            whole.stream().map(s -> new MatchedSpeed.Setting(s.perStep(), s.score())).toList(),
            curve.strategy().adaptive());
    return new Row(
        curve,
        setting.label(),
        length,
        curve.points().stream()
            .filter(point -> point.setting().equals(setting.label()))
            .findFirst()
            .flatMap(Curve.Point::average)
            .orElseThrow(),
        isBaseline,
        bootstrap.interval(
            CONFIDENCE,
            drawn -> Bootstrap.mean(own.score(), drawn) - Bootstrap.mean(base.score(), drawn)),
        speed.at(level, CONFIDENCE, bootstrap),
        ratio(own.kept(), own.nfe(), own, all(n)),
        ratio(own.accepted(), own.nfe(), own, all(n)),
        bootstrap.interval(CONFIDENCE, drawn -> ratio(base.nfe(), own.nfe(), own, drawn)),
        bootstrap.interval(CONFIDENCE, drawn -> ratio(base.ms(), own.ms(), own, drawn)),
        bootstrap.interval(CONFIDENCE, drawn -> ratio(textMs(base), own.ms(), own, drawn)));
  }

  private static double[] textMs(Samples base) {
    double[] ms = new double[base.ms().length];
    for (int i = 0; i < ms.length; i++) {
      ms[i] = base.ms()[i] * base.textPasses(i) / base.nfe()[i];
    }
    return ms;
  }

  private static double ratio(double[] above, double[] below, Samples own, int[] drawn) {
    return sum(above, own.weight(), drawn) / sum(below, own.weight(), drawn);
  }

  private static double sum(double[] values, double[] weights, int[] drawn) {
    double sum = 0;
    for (int i : drawn) {
      sum += weights[i] * values[i];
    }
    return sum;
  }

  private static int[] all(int n) {
    int[] all = new int[n];
    java.util.Arrays.setAll(all, i -> i);
    return all;
  }
}
