package org.unmask.tasks.parallelbench;

import java.util.List;
import java.util.stream.Stream;

/**
 * The tasks of ParallelBench (arXiv 2510.04767).
 *
 * <pre>{@code
 * Task task = ParallelBench.task("waiting_line/copy");
 * Sample sample = TaskData.generated(task, 42).getFirst();
 * List<Message> conversation = task.messages(sample);
 * double score = task.score(sample, output).get("score");
 * }</pre>
 */
public final class ParallelBench {

  private ParallelBench() {}

  /** Returns the 17 tasks of the paper in its order. */
  public static List<Task> tasks() {
    return tasks(Version.PAPER_2510);
  }

  /** Returns the 17 tasks in the paper's order, as the version has them. */
  public static List<Task> tasks(Version version) {
    return switch (version) {
      case PAPER_2510 -> Paper2510.TASKS;
      case CLI_2026 -> Cli2026.TASKS;
    };
  }

  /**
   * Returns the 17 tasks and, for the paper's version, everything else we know: variants with data
   * files, synthetic list operations, and {@code unmask/sort_by_last_name}, which is our own.
   */
  public static List<Task> allTasks(Version version) {
    return switch (version) {
      case PAPER_2510 ->
          Stream.of(Paper2510.TASKS, Paper2510.VARIANTS, ListOperations.TASKS)
              .flatMap(List::stream)
              .toList();
      case CLI_2026 -> Cli2026.TASKS;
    };
  }

  /**
   * Finds a task of the paper's version by its id.
   *
   * @throws IllegalArgumentException if there is none of that id
   */
  public static Task task(String id) {
    return task(Version.PAPER_2510, id);
  }

  /**
   * Finds a task by its id.
   *
   * @throws IllegalArgumentException if there is none of that id
   */
  public static Task task(Version version, String id) {
    return allTasks(version).stream()
        .filter(task -> task.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown task '%s' in %s; run `unmask tasks` for the list"
                        .formatted(id, version.id())));
  }
}
