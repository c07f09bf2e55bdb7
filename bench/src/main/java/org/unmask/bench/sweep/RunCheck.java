package org.unmask.bench.sweep;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Looks for what is wrong with a run. */
public final class RunCheck {

  private record Cell(String model, String task, String strategy, String setting) {}

  private RunCheck() {}

  /**
   * Returns what is wrong, in a line each; none if all is well.
   *
   * @param run the run
   * @param plan its plan
   * @throws IOException if its files cannot be read
   */
  public static List<String> problems(RunFolder run, Plan plan) throws IOException {
    List<String> problems = new ArrayList<>();
    List<SampleRow> rows = run.rows();
    Map<Cell, Integer> counts = new HashMap<>();
    for (SampleRow row : rows) {
      counts.merge(
          new Cell(row.model(), row.task(), row.strategy(), row.setting()), 1, Integer::sum);
    }
    for (Plan.Model model : plan.models()) {
      for (Plan.Task task : plan.tasks()) {
        int wanted = plan.shard().share(task.samples());
        for (Strategy strategy : plan.strategies()) {
          for (Setting setting : strategy.settings()) {
            if (strategy.runsOn(model.name()) && setting.fits(task.genLength())) {
              Cell cell = new Cell(model.name(), task.id(), strategy.name(), setting.label());
              Integer found = counts.remove(cell);
              if (found == null || found != wanted) {
                problems.add(
                    "%s, %s, %s %s has %d of %d samples"
                        .formatted(
                            model.name(),
                            task.id(),
                            strategy.name(),
                            setting.label(),
                            found == null ? 0 : found,
                            wanted));
              }
            }
          }
        }
      }
    }
    counts.keySet().forEach(cell -> problems.add(cell + " is not in the plan"));
    if (run.lines() != rows.size()) {
      problems.add("samples.jsonl has %d lines for %d samples".formatted(run.lines(), rows.size()));
    }
    files(run, plan, problems);
    return problems;
  }

  private static void files(RunFolder run, Plan plan, List<String> problems) throws IOException {
    for (Map.Entry<String, JsonNode> file : run.manifest().path("sha256").properties()) {
      Path path = run.path().resolve(file.getKey());
      if (!Files.exists(path)) {
        problems.add(file.getKey() + " is missing");
      } else if (!run.sha256(file.getKey()).equals(file.getValue().asString())) {
        problems.add(file.getKey() + " was changed since the run wrote it");
      }
    }
    Path summary = run.path().resolve(RunFolder.SUMMARY);
    if (!Files.exists(summary)) {
      problems.add("summary.json is missing");
    } else if (!Files.readString(summary)
        .equals(RunFolder.pretty(Summary.of(plan, run.rows()).json(false)))) {
      problems.add("summary.json does not follow from samples.jsonl");
    }
  }
}
