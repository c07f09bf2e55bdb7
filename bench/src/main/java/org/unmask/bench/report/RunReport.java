package org.unmask.bench.report;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.unmask.bench.sweep.Plan;
import org.unmask.bench.sweep.RunFolder;
import org.unmask.bench.sweep.Summary;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes everything that follows from a run's samples into its folder. */
public final class RunReport {

  private RunReport() {}

  /**
   * Writes {@code summary.json}, {@code report.html}, the tables and the plots.
   *
   * @param run a run, finished or not
   * @param warn receives a line if plots cannot be drawn here
   * @return the averages
   */
  public static Summary write(RunFolder run, Consumer<String> warn) throws IOException {
    ObjectNode manifest = run.manifest();
    Plan plan = Plan.of(manifest.path("plan"));
    JsonNode sessions = manifest.path("sessions");
    JsonNode session = sessions.get(sessions.size() - 1);
    Summary summary = Summary.of(plan, run.rows());
    run.write(RunFolder.SUMMARY, summary.json(false));
    run.write("results.csv", TableFiles.csv(summary));
    run.write("results.md", TableFiles.markdown(summary));
    try {
      Plots.write(summary, run.path());
    } catch (RuntimeException | LinkageError | InternalError e) { // Java's AWT without fonts
      warn.accept("no plots: this machine cannot draw text (" + e + "); install fontconfig");
    }
    run.write(
        "report.html",
        HtmlReport.render(
            summary,
            new Evidence(run.rows(), run.questions(), run.traces()),
            facts(plan, session),
            session.path("command").asString("")));
    run.seal(List.of("samples.jsonl", RunFolder.SUMMARY, "questions.jsonl"));
    return summary;
  }

  private static Map<String, String> facts(Plan plan, JsonNode session) {
    Map<String, String> facts = new LinkedHashMap<>();
    plan.models().forEach(m -> facts.put("Model " + m.name(), "weights sha256 " + m.sha256()));
    facts.put("Benchmark", "ParallelBench " + plan.version() + ", samples " + plan.data());
    if (!plan.grammar().isEmpty()) {
      facts.put("Grammar", plan.grammar());
    }
    facts.put("CPU", text(session, "cpu") + ", " + session.path("cores").asInt(0) + " cores");
    facts.put("Threads", text(session, "threads"));
    facts.put("Batch", text(session, "batch") + " sequences decoded together");
    facts.put("Energy", text(session, "energy"));
    facts.put("Java", text(session, "java"));
    facts.put(
        "JVM options",
        String.join(" ", session.path("jvm_flags").valueStream().map(JsonNode::asString).toList()));
    facts.put("System", text(session, "system"));
    facts.put("Unmask", text(session, "unmask") + ", commit " + text(session, "commit"));
    facts.put(
        "Finished",
        DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'")
            .withZone(ZoneOffset.UTC)
            .format(Instant.now()));
    return facts;
  }

  private static String text(JsonNode node, String name) {
    return node.path(name).asString("");
  }
}
