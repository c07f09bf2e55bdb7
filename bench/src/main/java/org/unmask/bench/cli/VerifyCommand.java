package org.unmask.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmask.bench.sweep.Plan;
import org.unmask.bench.sweep.RunCheck;
import org.unmask.bench.sweep.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code unmask bench verify}: checks that a run's files are whole and fit together. */
@Command(
    name = "verify",
    description = {
      "Check a run: its manifest, that every planned sample is there once and nothing else, the"
          + " hashes of its files, and that its summary follows from its samples.",
      "",
      "Exits 1 if something is wrong."
    })
final class VerifyCommand extends Verb {

  @Parameters(paramLabel = "RUN", description = "Folder of a run.")
  Path run = Path.of("");

  @Override
  void run() throws IOException {
    List<String> problems = new ArrayList<>();
    try (RunFolder folder = RunFolder.reopen(run, problems::add)) {
      Plan plan = Plan.of(folder.manifest().path("plan"));
      problems.addAll(RunCheck.problems(folder, plan));
      int rows = folder.rows().size();
      if (json) {
        var line = Json.object().put("run", run.toString()).put("samples", rows);
        problems.forEach(line.putArray("problems")::add);
        print(line);
      }
      if (!problems.isEmpty()) {
        throw new IOException(run + " does not verify: " + String.join("; ", problems));
      }
      if (!json) {
        print(run + " verifies: " + rows + " of " + plan.size() + " samples, hashes and summary");
      }
    }
  }
}
