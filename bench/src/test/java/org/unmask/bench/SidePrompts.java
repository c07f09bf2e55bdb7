package org.unmask.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.unmask.tasks.TaskData;
import org.unmask.tasks.parallelbench.ParallelBench;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;
import org.unmask.tasks.parallelbench.Version;

/**
 * A prompt of the embedded tasks.
 *
 * @param task it is of
 * @param sample what was asked
 * @param draw which of several answers to it, for sampling
 */
record SidePrompts(Task task, Sample sample, int draw) {

  private static final long SEED = 42;

  /** Returns 204 prompts: 17 of each of the twelve tasks that need no judge. */
  static List<SidePrompts> all() {
    List<SidePrompts> prompts = new ArrayList<>();
    for (Task task : ParallelBench.tasks(Version.of("paper-2510"))) {
      if (!task.figureMetric().equals("grammar_score")) {
        TaskData.balanced(TaskData.generated(task, SEED), 17)
            .forEach(sample -> prompts.add(new SidePrompts(task, sample, 0)));
      }
    }
    return prompts;
  }

  /** Returns the 204 prompts in two halves of the same tasks and lengths, each mixed. */
  static List<SidePrompts> mixed() {
    List<SidePrompts> halves = new ArrayList<>();
    List<SidePrompts> all = all();
    for (int half = 0; half < 2; half++) {
      List<SidePrompts> some = new ArrayList<>();
      for (int i = half; i < all.size(); i += 2) { // of 17 a task, by length
        some.add(all.get(i));
      }
      Collections.shuffle(some, new Random(SEED));
      halves.addAll(some);
    }
    return halves;
  }

  /** Returns prompts of one task, each several times. */
  static List<SidePrompts> of(String task, int count, int draws) {
    List<SidePrompts> prompts = new ArrayList<>();
    Task wanted = ParallelBench.task(Version.of("paper-2510"), task);
    for (Sample sample : TaskData.generated(wanted, SEED, count)) {
      for (int draw = 0; draw < draws; draw++) {
        prompts.add(new SidePrompts(wanted, sample, draw));
      }
    }
    return prompts;
  }

  /** Returns a megabyte of other prompts of the tasks, some with an answered example. */
  static String corpus() {
    StringBuilder text = new StringBuilder();
    for (int seed = 1; text.length() < 1_000_000; seed++) {
      for (Task task : ParallelBench.tasks(Version.of("paper-2510"))) {
        for (Sample sample : TaskData.generated(task, SEED + seed)) {
          task.messages(sample).forEach(m -> text.append(m.content()).append('\n'));
        }
      }
    }
    return text.toString();
  }
}
