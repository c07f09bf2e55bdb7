package org.unmask.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmask.bench.grammar.LanguageTool;
import org.unmask.bench.load.AlgorithmsFor;
import org.unmask.bench.load.Companions;
import org.unmask.bench.sweep.CataloguePreset;
import org.unmask.bench.sweep.Grid;
import org.unmask.bench.sweep.Plan;
import org.unmask.bench.sweep.Scorer;
import org.unmask.bench.sweep.Setting;
import org.unmask.bench.sweep.Shard;
import org.unmask.bench.sweep.Strategy;
import org.unmask.decode.DecodeOptions;
import org.unmask.tasks.TaskData;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;
import org.unmask.tasks.parallelbench.Version;
import org.unmask.weights.Checkpoint;

/** Turns what the user asked for into a plan, and refuses what cannot run before any work. */
final class Planner {

  private final ModelFlags modelFlags;
  private final DataFlags data;
  private final Terminal terminal;

  Planner(ModelFlags modelFlags, DataFlags data, Terminal terminal) {
    this.modelFlags = modelFlags;
    this.data = data;
    this.terminal = terminal;
  }

  /** Plans a run; {@code taskNames} as in {@link DataFlags#tasks}, {@code count} samples a task. */
  Workload plan(
      Version version, List<String> taskNames, int count, Shard shard, List<Strategy> strategies)
      throws IOException {
    Map<Task, List<Sample>> samples = new LinkedHashMap<>();
    for (Task task : DataFlags.tasks(version, taskNames)) {
      samples.put(task, TaskData.balanced(data.samples(task), count));
    }
    Set<Task> tasks = samples.keySet();
    tasks.forEach(task -> requireFit(task, strategies));
    LanguageTool grammar =
        tasks.stream().anyMatch(Scorer::needsGrammar) ? LanguageTool.in(terminal.home()) : null;
    List<Path> folders = folders();
    List<Plan.Model> models = new ArrayList<>();
    for (Path folder : folders) {
      try (Checkpoint checkpoint = Checkpoint.open(folder)) {
        models.add(
            new Plan.Model(
                checkpoint.name(),
                checkpoint.sha256(),
                companions(
                    folder,
                    strategies.stream().filter(s -> s.runsOn(checkpoint.name())).toList(),
                    tasks)));
      }
    }
    List<Plan.Task> planned = new ArrayList<>();
    samples.forEach(
        (task, list) ->
            planned.add(
                new Plan.Task(
                    task.id(), task.name(), task.figureMetric(), task.genLength(), list.size())));
    Plan plan =
        new Plan(
            version.id(),
            data.describe(samples),
            grammar == null ? "" : grammar.version(),
            shard,
            models,
            planned,
            strategies);
    plan.leftOut().forEach(line -> terminal.note("left out " + line));
    return new Workload(plan, samples, folders, grammar);
  }

  /**
   * Returns every algorithm that runs on one of the models, alone or with what comes with it, and
   * names those that run on none.
   */
  List<Strategy> catalogue() throws IOException {
    Map<String, Set<String>> accepted = new LinkedHashMap<>();
    for (Path folder : folders()) {
      try (Checkpoint checkpoint = Checkpoint.open(folder);
          Companions companions = modelFlags.companions(folder, terminal)) {
        AlgorithmsFor found = AlgorithmsFor.model(checkpoint);
        Set<String> runnable = new HashSet<>(found.alone());
        for (String id : found.assisted()) {
          if (companions.has(DecodeOptions.of(id, Map.of()))) {
            runnable.add(id);
          }
        }
        accepted.put(checkpoint.name(), runnable);
      }
    }
    Set<String> leftOut = CataloguePreset.leftOut(accepted);
    if (!leftOut.isEmpty()) {
      terminal.note("not on these models: " + String.join(", ", leftOut));
    }
    return CataloguePreset.strategies(accepted);
  }

  private List<Path> folders() throws IOException {
    List<Path> folders = new ArrayList<>();
    for (String model : modelFlags.model.split(",")) {
      folders.add(ModelFlags.folder(model.strip(), terminal));
    }
    return folders;
  }

  private static void requireFit(Task task, List<Strategy> strategies) {
    boolean fits = false;
    for (Strategy strategy : strategies) {
      for (Setting setting : strategy.settings()) {
        if (setting.fits(task.genLength())) {
          Grid.options(setting, task.genLength()); // refuses what is wrong
          fits = true;
        }
      }
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "no setting fits %s with its %d tokens; give smaller blocks or fewer tokens per step"
              .formatted(task.id(), task.genLength()));
    }
  }

  /** Returns the hashes of what the strategies use beside a model; refuses what is not there. */
  private Map<String, String> companions(Path folder, List<Strategy> strategies, Set<Task> tasks)
      throws IOException {
    Set<Map.Entry<String, Path>> used = new LinkedHashSet<>();
    try (Companions companions = modelFlags.companions(folder, terminal)) {
      for (Task task : tasks) {
        for (Strategy strategy : strategies) {
          for (Setting setting : strategy.settings()) {
            if (setting.fits(task.genLength())) {
              DecodeOptions options = Grid.options(setting, task.genLength());
              used.addAll(companions.files(options).entrySet());
            }
          }
        }
      }
    }
    return Companions.hashes(used);
  }
}
