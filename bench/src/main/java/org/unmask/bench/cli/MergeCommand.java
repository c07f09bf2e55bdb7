package org.unmask.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmask.bench.report.RunReport;
import org.unmask.bench.sweep.Plan;
import org.unmask.bench.sweep.Question;
import org.unmask.bench.sweep.RunFolder;
import org.unmask.bench.sweep.SampleRow;
import org.unmask.bench.sweep.Shard;
import org.unmask.bench.sweep.Summary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code unmask bench merge}: joins the shards of a run. */
@Command(
    name = "merge",
    description = {
      "Join runs that measured parts of the same plan (--shard i/n) into one.",
      "",
      "The result is the run that one process would have made: the same summary, byte for byte."
    })
final class MergeCommand extends Verb {

  @Parameters(arity = "1..*", paramLabel = "RUN", description = "Folders of the parts.")
  List<Path> runs = List.of();

  @Option(
      names = "--into",
      required = true,
      paramLabel = "DIR",
      order = 1,
      description = "Folder of the joined run.")
  Path into = Path.of("");

  @Override
  void run() throws IOException {
    Plan plan = null;
    ObjectNode session = null;
    List<SampleRow> rows = new ArrayList<>();
    List<List<String>> traces = new ArrayList<>();
    Map<String, Question> questions = new LinkedHashMap<>();
    for (Path path : runs) {
      try (RunFolder part = RunFolder.reopen(path, terminal()::note)) {
        ObjectNode manifest = part.manifest();
        Plan whole = Plan.of(manifest.path("plan")).with(Shard.WHOLE);
        if (plan == null) {
          plan = whole;
          session = (ObjectNode) manifest.path("sessions").get(0);
        } else if (!plan.equals(whole)) {
          throw usage(
              path + " measured another plan than " + runs.getFirst() + "; merge parts of one");
        }
        rows.addAll(part.rows());
        traces.addAll(part.traceLines());
        part.questions().forEach(q -> questions.put(q.task() + " " + q.index(), q));
      }
    }
    if (plan == null || session == null) {
      throw usage("nothing to merge; name the folders of the parts");
    }
    try (RunFolder run = RunFolder.open(into, plan.json(), session, terminal()::note)) {
      for (List<String> trace : traces) {
        run.appendTrace(trace);
      }
      run.append(rows);
      run.writeQuestions(List.copyOf(questions.values()));
      Summary summary = RunReport.write(run, terminal()::note);
      print(
          "%s: %d of %d samples from %d runs"
              .formatted(into, summary.done(), plan.size(), runs.size()));
    }
  }
}
