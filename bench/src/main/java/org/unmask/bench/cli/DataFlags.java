package org.unmask.bench.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.sweep.Scorer;
import org.unmask.tasks.TaskData;
import org.unmask.tasks.parallelbench.ParallelBench;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;
import org.unmask.tasks.parallelbench.Version;
import picocli.CommandLine.Option;

/** Where samples come from, the same in every verb. */
final class DataFlags {

  @Option(
      names = "--data",
      paramLabel = "DIR",
      order = 800,
      description = "ParallelBench's data folder; without it samples are generated.")
  @Nullable Path folder;

  @Option(
      names = "--data-seed",
      paramLabel = "N",
      defaultValue = "42",
      order = 801,
      description = "Seed of generated samples.")
  long seed = 42;

  /** Returns the full set of a task. */
  List<Sample> samples(Task task) throws IOException {
    Path official = folder;
    return official == null ? TaskData.generated(task, seed) : TaskData.official(official, task);
  }

  /**
   * Returns tasks by name.
   *
   * @param names task ids, all, rules (scored without a grammar checker) or text; none is rules
   */
  static Set<Task> tasks(Version version, List<String> names) {
    Set<Task> chosen = new LinkedHashSet<>();
    for (String name : names.isEmpty() ? List.of("rules") : names) {
      switch (name) {
        case "all" -> chosen.addAll(ParallelBench.tasks(version));
        case "rules", "text" ->
            ParallelBench.tasks(version).stream()
                .filter(task -> Scorer.needsGrammar(task) == name.equals("text"))
                .forEach(chosen::add);
        default -> chosen.add(ParallelBench.task(version, name));
      }
    }
    return chosen;
  }

  /** Says where samples came from, and by a hash which they are. */
  String describe(Map<Task, List<Sample>> samples) {
    MessageDigest digest = Hashes.sha256();
    samples.forEach(
        (task, list) ->
            list.forEach(
                sample -> {
                  String text =
                      task.id() + sample.index() + task.messages(sample) + sample.answer();
                  digest.update(text.getBytes(StandardCharsets.UTF_8));
                }));
    return (folder == null ? "generated, seed " + seed : "official files")
        + ", sha256 "
        + HexFormat.of().formatHex(digest.digest(), 0, 8);
  }
}
