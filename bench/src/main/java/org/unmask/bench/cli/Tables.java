package org.unmask.bench.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.unmask.bench.sweep.Curve;
import org.unmask.bench.sweep.Grid;
import org.unmask.bench.sweep.Measure;
import org.unmask.bench.sweep.Plan;
import org.unmask.bench.sweep.Summary;

/** A summary as plain text. */
final class Tables {

  private Tables() {}

  /** Returns all tables, line by line. */
  static List<String> of(Summary summary) {
    List<String> lines = new ArrayList<>(settings(summary));
    lines.add("");
    lines.addAll(pb(summary));
    for (Curve curve : summary.curves()) {
      lines.add("");
      lines.addAll(tasks(summary.plan(), curve));
    }
    return lines;
  }

  private static List<String> settings(Summary summary) {
    List<String[]> rows = new ArrayList<>();
    rows.add(
        new String[] {
          "strategy",
          "setting",
          "score",
          "tokens/step",
          "NFE",
          "ms/step",
          "tokens/s",
          "kept",
          "drafts kept",
          "other NFE",
          "exactness"
        });
    for (Curve curve : summary.curves()) {
      for (Curve.Point point : curve.points()) {
        point
            .average()
            .ifPresent(
                m ->
                    rows.add(
                        new String[] {
                          name(summary.plan(), curve),
                          point.setting(),
                          number(m.score(), 1),
                          number(m.tokensPerStep(), 2),
                          number(m.nfe(), 1),
                          number(m.msPerStep(), 2),
                          number(m.tokensPerSecond(), 0),
                          number(100 * m.keptShare(), 0) + " %",
                          m.acceptedShare() > 0 ? number(100 * m.acceptedShare(), 0) + " %" : "",
                          m.auxiliaryNfe() > 0 ? number(m.auxiliaryNfe(), 1) : "",
                          exactness(curve, point.setting())
                        }));
      }
    }
    return align(rows, 2);
  }

  /** Returns what a rule does to the text of plain decoding, for strategies that draft. */
  private static String exactness(Curve curve, String label) {
    return curve.strategy().settings().stream()
        .filter(setting -> setting.label().equals(label))
        .findFirst()
        .flatMap(setting -> Grid.exactness(setting))
        .map(grade -> grade.name().toLowerCase(Locale.ROOT))
        .orElse("");
  }

  private static List<String> pb(Summary summary) {
    List<String[]> rows = new ArrayList<>();
    String[] head = new String[1 + Curve.PB_LEVELS.size()];
    head[0] = "tokens/step at score of at least";
    for (int i = 1; i < head.length; i++) {
      head[i] = Integer.toString(Curve.PB_LEVELS.get(i - 1));
    }
    rows.add(head);
    for (Curve curve : summary.curves()) {
      String[] row = new String[head.length];
      row[0] = name(summary.plan(), curve);
      for (int i = 1; i < row.length; i++) {
        OptionalDouble pb = curve.pb(Curve.PB_LEVELS.get(i - 1));
        row[i] = pb.isPresent() ? number(pb.getAsDouble(), 2) : "-";
      }
      rows.add(row);
    }
    return align(rows, 1);
  }

  private static List<String> tasks(Plan plan, Curve curve) {
    List<String[]> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("score with " + name(plan, curve) + " at"));
    curve.points().forEach(point -> head.add(value(point.setting())));
    rows.add(head.toArray(String[]::new));
    for (Plan.Task task : plan.tasks()) {
      List<String> row = new ArrayList<>(List.of(task.id()));
      for (Curve.Point point : curve.points()) {
        Measure measure = point.tasks().get(task.id());
        row.add(measure == null ? "-" : number(measure.score(), 0));
      }
      rows.add(row.toArray(String[]::new));
    }
    return align(rows, 1);
  }

  /** Returns the value of a setting's label, 0.9 of threshold=0.9. */
  private static String value(String setting) {
    return setting.substring(setting.indexOf('=') + 1);
  }

  private static String name(Plan plan, Curve curve) {
    String strategy = curve.strategy().name();
    return plan.models().size() == 1 ? strategy : curve.model() + " " + strategy;
  }

  private static String number(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  /** Pads columns: the first {@code left} to the left, numbers to the right. */
  static List<String> align(List<String[]> rows, int left) {
    int columns = rows.getFirst().length;
    int[] widths = new int[columns];
    for (String[] row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        line.append(i == 0 ? "" : "  ");
        String pad = " ".repeat(widths[i] - row[i].length());
        line.append(i < left ? row[i] + pad : pad + row[i]);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
