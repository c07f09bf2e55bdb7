package org.unmask.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.unmask.bench.sweep.Measure;
import org.unmask.tasks.merit.Bootstrap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A comparison as a table for people, as Markdown, CSV and JSON. */
public final class ComparisonFiles {

  private static final List<String> HEAD =
      List.of(
          "model",
          "strategy",
          "setting",
          "score",
          "gain",
          "tokens/step",
          "PB80",
          "PB90",
          "matched",
          "NFE",
          "ms/step",
          "tokens/s",
          "kept",
          "faster",
          "faster, text only");

  /** What a table says besides where some strategy drafts. */
  private static final List<String> DRAFT_HEAD =
      List.of("NFE/token", "accepted/step", "other NFE", "exactness");

  private ComparisonFiles() {}

  /** Returns the cells of the table, the head first. */
  public static List<List<String>> cells(Comparison comparison) {
    boolean drafts = comparison.rows().stream().anyMatch(row -> !row.exactness().isEmpty());
    List<List<String>> table = new ArrayList<>();
    table.add(drafts ? joined(HEAD, DRAFT_HEAD) : HEAD);
    for (Comparison.Row row : comparison.rows()) {
      Measure m = row.measure();
      List<String> cells =
          List.of(
              row.curve().model(),
              row.curve().strategy().name(),
              row.setting(),
              number(m.score(), 1),
              row.isBaseline() ? "baseline" : signed(row.scoreGain()),
              number(m.tokensPerStep(), 2),
              number(row.pb(80)),
              number(row.pb(90)),
              row.matched().estimate() == 0 ? "-" : number(row.matched(), 1),
              number(m.nfe(), 1),
              number(m.msPerStep(), 2),
              number(m.tokensPerSecond(), 0),
              number(100 * m.keptShare(), 0) + " %",
              row.isBaseline() ? "1" : number(row.speedUp(), 1),
              number(row.textSpeedUp(), 1));
      List<String> drafting =
          List.of(
              row.textPerStep() > 0 ? number(1 / row.textPerStep(), 3) : "-",
              row.acceptedPerStep() > 0 ? number(row.acceptedPerStep(), 2) : "",
              m.auxiliaryNfe() > 0 ? number(m.auxiliaryNfe(), 1) : "",
              row.exactness());
      table.add(drafts ? joined(cells, drafting) : cells);
    }
    return table;
  }

  private static List<String> joined(List<String> a, List<String> b) {
    return Stream.concat(a.stream(), b.stream()).toList();
  }

  /** Returns a Markdown table. */
  public static String markdown(Comparison comparison) {
    StringBuilder text = new StringBuilder();
    List<List<String>> cells = cells(comparison);
    for (int i = 0; i < cells.size(); i++) {
      text.append("| ").append(String.join(" | ", cells.get(i))).append(" |\n");
      if (i == 0) {
        text.append("|---|---|---|").append("--:|".repeat(cells.get(0).size() - 3)).append('\n');
      }
    }
    return text.toString();
  }

  /** Returns every figure and both ends of its interval, one line per setting. */
  public static String csv(Comparison comparison) {
    StringBuilder csv =
        new StringBuilder(
            "model,strategy,setting,gen_length,baseline,samples,score,score_gain,score_gain_low,"
                + "score_gain_high,tokens_per_step,text_tokens_per_step,pb80,pb90,matched,"
                + "matched_low,matched_high,nfe,passes_ratio,passes_ratio_low,passes_ratio_high,"
                + "ms_per_step,tokens_per_second,kept_share,speed_up,speed_up_low,speed_up_high,"
                + "text_speed_up,text_speed_up_low,text_speed_up_high,accepted_per_step,"
                + "auxiliary_nfe,exactness\n");
    for (Comparison.Row row : comparison.rows()) {
      Measure m = row.measure();
      List<String> cells = new ArrayList<>();
      cells.add(TableFiles.quote(row.curve().model()));
      cells.add(TableFiles.quote(row.curve().strategy().name()));
      cells.add(TableFiles.quote(row.setting()));
      cells.add(row.length());
      cells.add(Boolean.toString(row.isBaseline()));
      cells.add(Integer.toString(m.samples()));
      cells.add(number(m.score(), 4));
      add(cells, row.scoreGain());
      cells.add(number(m.tokensPerStep(), 4));
      cells.add(number(row.textPerStep(), 4));
      cells.add(plain(row.pb(80)));
      cells.add(plain(row.pb(90)));
      add(cells, row.matched());
      cells.add(number(m.nfe(), 4));
      add(cells, row.passes());
      cells.add(number(m.msPerStep(), 4));
      cells.add(number(m.tokensPerSecond(), 2));
      cells.add(number(m.keptShare(), 4));
      add(cells, row.speedUp());
      add(cells, row.textSpeedUp());
      cells.add(number(row.acceptedPerStep(), 4));
      cells.add(number(m.auxiliaryNfe(), 4));
      cells.add(row.exactness());
      csv.append(String.join(",", cells)).append('\n');
    }
    return csv.toString();
  }

  private static void add(List<String> cells, Bootstrap.Interval interval) {
    cells.add(number(interval.estimate(), 4));
    cells.add(number(interval.low(), 4));
    cells.add(number(interval.high(), 4));
  }

  /** Returns the same as JSON. */
  public static ObjectNode json(Comparison comparison) {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("loss", comparison.loss());
    ArrayNode rows = json.putArray("rows");
    for (Comparison.Row row : comparison.rows()) {
      Measure m = row.measure();
      ObjectNode node = rows.addObject();
      node.put("model", row.curve().model())
          .put("strategy", row.curve().strategy().name())
          .put("setting", row.setting())
          .put("gen_length", row.length())
          .put("baseline", row.isBaseline())
          .put("samples", m.samples())
          .put("score", m.score());
      put(node, "score_gain", row.scoreGain());
      node.put("tokens_per_step", m.tokensPerStep()).put("text_tokens_per_step", row.textPerStep());
      row.pb(80).ifPresent(value -> node.put("pb80", value));
      row.pb(90).ifPresent(value -> node.put("pb90", value));
      put(node, "matched", row.matched());
      node.put("nfe", m.nfe());
      put(node, "passes_ratio", row.passes());
      node.put("ms_per_step", m.msPerStep())
          .put("tokens_per_second", m.tokensPerSecond())
          .put("kept_share", m.keptShare());
      put(node, "speed_up", row.speedUp());
      put(node, "text_speed_up", row.textSpeedUp());
      node.put("accepted_per_step", row.acceptedPerStep()).put("auxiliary_nfe", m.auxiliaryNfe());
      node.put("exactness", row.exactness());
    }
    return json;
  }

  private static void put(ObjectNode node, String name, Bootstrap.Interval interval) {
    node.putArray(name).add(interval.estimate()).add(interval.low()).add(interval.high());
  }

  private static String plain(OptionalDouble value) {
    return value.isPresent() ? number(value.getAsDouble(), 4) : "";
  }

  private static String number(OptionalDouble value) {
    return value.isPresent() ? number(value.getAsDouble(), 1) : "-";
  }

  private static String number(Bootstrap.Interval interval, int digits) {
    return "%s [%s, %s]"
        .formatted(
            number(interval.estimate(), digits),
            number(interval.low(), digits),
            number(interval.high(), digits));
  }

  private static String signed(Bootstrap.Interval interval) {
    return String.format(
        Locale.ROOT, "%+.1f [%+.1f, %+.1f]", interval.estimate(), interval.low(), interval.high());
  }

  private static String number(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
