package org.unmask.bench.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmask.bench.sweep.Curve;
import org.unmask.bench.sweep.Plan;
import org.unmask.bench.sweep.Summary;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the report of a run: one HTML file that needs nothing else, with the numbers as JSON
 * inside and the script that draws them.
 */
public final class HtmlReport {

  private static final List<String> PARTS =
      List.of("report.css", "chart.js", "published.js", "samples.js", "report.js");

  private HtmlReport() {}

  /**
   * Renders a report.
   *
   * @param summary what was measured
   * @param evidence the samples behind the averages
   * @param facts where and how, in the order shown
   * @param command repeats the run
   */
  public static String render(
      Summary summary, Evidence evidence, Map<String, String> facts, String command) {
    String page = resource("report.html");
    for (String part : PARTS) {
      page = page.replace("{{" + part + "}}", resource(part));
    }
    String json = JsonMapper.shared().writeValueAsString(data(summary, evidence, facts, command));
    // no tag can end or begin inside the script element
    return page.replace("{{data}}", json.replace("<", "\\u003c"));
  }

  /** Returns what the page's script draws. */
  static ObjectNode data(
      Summary summary, Evidence evidence, Map<String, String> facts, String command) {
    Plan plan = summary.plan();
    ObjectNode data = summary.json(true);
    data.put("subtitle", subtitle(plan));
    ArrayNode models = data.putArray("models");
    plan.models().forEach(m -> models.addObject().put("name", m.name()));
    ArrayNode tasks = data.putArray("tasks");
    for (Plan.Task task : plan.tasks()) {
      ObjectNode node = tasks.addObject().put("id", task.id()).put("name", task.name());
      ArrayNode theory = node.putArray("theory");
      Theory.accuracy(plan.version(), task.id())
          .forEach((k, accuracy) -> theory.addArray().add(k).add(accuracy));
    }
    ArrayNode levels = data.putArray("pb_levels");
    Curve.PB_LEVELS.forEach(levels::add);
    ArrayNode factList = data.putArray("facts");
    new LinkedHashMap<>(facts).forEach((name, value) -> factList.addArray().add(name).add(value));
    data.put("command", command);
    addMerits(data, summary, Merits.of(summary, evidence.rows()));
    data.set("references", JsonMapper.shared().readTree(resource("references.json")));
    SampleData.add(data, summary, evidence);
    return data;
  }

  private static void addMerits(ObjectNode data, Summary summary, Merits merits) {
    data.put("version", summary.plan().version());
    data.put("matched_level", merits.level());
    for (int i = 0; i < summary.curves().size(); i++) {
      ObjectNode node = (ObjectNode) data.path("curves").get(i);
      merits
          .of(summary.curves().get(i))
          .ifPresent(
              merit -> {
                node.putArray("matched")
                    .add(merit.matched().estimate())
                    .add(merit.matched().low())
                    .add(merit.matched().high());
                node.putObject("oracle")
                    .put("score", merit.oracle().score())
                    .put("tokens_per_step", merit.oracleTokensPerStep());
              });
    }
  }

  private static String subtitle(Plan plan) {
    int settings = plan.strategies().stream().mapToInt(s -> s.settings().size()).sum();
    int least = plan.tasks().stream().mapToInt(Plan.Task::samples).min().orElse(0);
    int most = plan.tasks().stream().mapToInt(Plan.Task::samples).max().orElse(0);
    return "%s: %d %s with %s samples each, %d settings"
        .formatted(
            plan.version(),
            plan.tasks().size(),
            plan.tasks().size() == 1 ? "task" : "tasks",
            least == most ? Integer.toString(least) : least + " to " + most,
            settings);
  }

  private static String resource(String name) {
    try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the build lacks the report's " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
