package org.unmask.bench.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.unmask.tasks.TaskData;
import org.unmask.tasks.parallelbench.Message;
import org.unmask.tasks.parallelbench.ParallelBench;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;
import org.unmask.tasks.parallelbench.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code unmask tasks}: lists the tasks of ParallelBench and prints samples. */
@Command(name = "tasks", description = "List the tasks of ParallelBench, or print samples of one.")
final class TasksCommand extends Verb {

  @Option(
      names = "--task",
      paramLabel = "T",
      order = 1,
      description = "Print samples of this task.")
  @Nullable String task;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "1",
      order = 2,
      description = "How many samples.")
  int samples = 1;

  @Option(names = "--all", order = 3, description = "List the variants too.")
  boolean all;

  @Option(
      names = "--task-version",
      paramLabel = "V",
      defaultValue = "paper-2510",
      order = 4,
      description = "Release of ParallelBench: paper-2510 or cli-2026.")
  String taskVersion = "paper-2510";

  @Mixin DataFlags data = new DataFlags();

  @Override
  void run() throws IOException {
    if (samples < 1) {
      throw usage("--samples must be at least 1, was " + samples);
    }
    Version version = Version.of(taskVersion);
    if (task == null) {
      (all ? ParallelBench.allTasks(version) : ParallelBench.tasks(version)).forEach(this::list);
    } else {
      Task chosen = ParallelBench.task(version, task);
      for (Sample sample : TaskData.balanced(data.samples(chosen), samples)) {
        show(chosen, sample);
      }
    }
  }

  private void list(Task each) {
    if (json) {
      print(
          Json.object()
              .put("id", each.id())
              .put("name", each.name())
              .put("version", each.version().id())
              .put("family", each.family().name().toLowerCase(Locale.ROOT))
              .put("gen_length", each.genLength())
              .put("samples", each.samples())
              .put("shots", each.shots())
              .put("metric", each.metric().id())
              .put("figure_metric", each.figureMetric()));
    } else {
      print(
          String.format(
              Locale.ROOT,
              "%-38s %-20s M %3d, %3d samples, %s",
              each.id(),
              each.name(),
              each.genLength(),
              each.samples(),
              each.figureMetric()));
    }
  }

  private void show(Task chosen, Sample sample) {
    List<Message> messages = chosen.messages(sample);
    if (json) {
      ObjectNode line = Json.object().put("task", chosen.id()).put("index", sample.index());
      ArrayNode turns = line.putArray("messages");
      messages.forEach(m -> turns.addObject().put("role", m.role()).put("content", m.content()));
      print(line.put("example", sample.answer().example()));
    } else {
      print("--- " + chosen.id() + " " + sample.index());
      messages.forEach(m -> print("[" + m.role() + "]\n" + m.content().stripTrailing()));
      print("[one right answer]\n" + sample.answer().example());
    }
  }
}
