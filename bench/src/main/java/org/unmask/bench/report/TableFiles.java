package org.unmask.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmask.bench.sweep.Curve;
import org.unmask.bench.sweep.Measure;
import org.unmask.bench.sweep.Plan;
import org.unmask.bench.sweep.Summary;

/** The numbers of a run as CSV and as Markdown. */
final class TableFiles {

  private static final String AVERAGE = "average";

  private TableFiles() {}

  /** Returns one line per model, strategy, setting and task, averages over tasks included. */
  static String csv(Summary summary) {
    StringBuilder csv =
        new StringBuilder(
            "version,model,strategy,setting,task,samples,failed,score,tokens_per_step,nfe,"
                + "kept_share,ms_per_step,tokens_per_second,joules_per_token\n");
    for (Curve curve : summary.curves()) {
      for (Curve.Point point : curve.points()) {
        point.tasks().forEach((task, m) -> line(csv, summary.plan(), curve, point, task, m));
        point.average().ifPresent(m -> line(csv, summary.plan(), curve, point, AVERAGE, m));
      }
    }
    return csv.toString();
  }

  private static void line(
      StringBuilder csv, Plan plan, Curve curve, Curve.Point point, String task, Measure m) {
    for (String text :
        List.of(plan.version(), curve.model(), curve.strategy().name(), point.setting(), task)) {
      csv.append(quote(text)).append(',');
    }
    csv.append(
        String.format(
            Locale.ROOT,
            "%d,%d,%.4f,%.4f,%.4f,%.4f,%.4f,%.2f,%s%n",
            m.samples(),
            m.failed(),
            m.score(),
            m.tokensPerStep(),
            m.nfe(),
            m.keptShare(),
            m.msPerStep(),
            m.tokensPerSecond(),
            Double.isNaN(m.joulesPerToken())
                ? ""
                : String.format(Locale.ROOT, "%.6f", m.joulesPerToken())));
  }

  static String quote(String text) {
    return text.matches("[^\",\\n\\r]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  /** Returns the averages over tasks, and a table of scores by task for each curve. */
  static String markdown(Summary summary) {
    StringBuilder text = new StringBuilder();
    Plan plan = summary.plan();
    text.append("ParallelBench ").append(plan.version());
    if (!plan.grammar().isEmpty()) {
      text.append(", grammar by ").append(plan.grammar());
    }
    text.append(", samples ").append(plan.data()).append(".\n\n");
    List<String> head =
        List.of(
            "model",
            "strategy",
            "setting",
            "score",
            "tokens/step",
            "NFE",
            "ms/step",
            "tokens/s",
            "kept",
            "J/token");
    row(text, head);
    row(text, List.of("---", "---", "---", "--:", "--:", "--:", "--:", "--:", "--:", "--:"));
    for (Curve curve : summary.curves()) {
      for (Curve.Point point : curve.points()) {
        point
            .average()
            .ifPresent(
                m ->
                    row(
                        text,
                        List.of(
                            curve.model(),
                            curve.strategy().name(),
                            point.setting(),
                            number(m.score(), 1),
                            number(m.tokensPerStep(), 2),
                            number(m.nfe(), 1),
                            number(m.msPerStep(), 2),
                            number(m.tokensPerSecond(), 0),
                            number(100 * m.keptShare(), 0) + " %",
                            Double.isNaN(m.joulesPerToken())
                                ? "not measured"
                                : number(m.joulesPerToken(), 4))));
      }
    }
    for (Curve curve : summary.curves()) {
      text.append("\nScore of ").append(curve.model()).append(" with ");
      text.append(curve.strategy().name()).append(":\n\n");
      tasks(text, plan, curve);
    }
    return text.toString();
  }

  private static void tasks(StringBuilder text, Plan plan, Curve curve) {
    List<String> head = new ArrayList<>(List.of("task"));
    List<String> rule = new ArrayList<>(List.of("---"));
    for (Curve.Point point : curve.points()) {
      head.add(point.setting());
      rule.add("--:");
    }
    row(text, head);
    row(text, rule);
    for (Plan.Task task : plan.tasks()) {
      List<String> cells = new ArrayList<>(List.of(task.id()));
      for (Curve.Point point : curve.points()) {
        Map<String, Measure> measures = point.tasks();
        Measure m = measures.get(task.id());
        cells.add(m == null ? "" : number(m.score(), 0));
      }
      row(text, cells);
    }
  }

  private static void row(StringBuilder text, List<String> cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  private static String number(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
