package org.unmask.bench.report;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.unmask.tasks.parallelbench.ParallelBench;
import org.unmask.tasks.parallelbench.Recipe;
import org.unmask.tasks.parallelbench.Task;
import org.unmask.tasks.parallelbench.Version;
import org.unmask.tasks.theory.ClosedForms;
import org.unmask.tasks.theory.DecodingRule;
import org.unmask.tasks.theory.IdealModel;

/**
 * What an ideal model reaches on a task whose items are one token each, greedily, k items a step:
 * the most that any model can, if it decodes so many independent items at once.
 */
final class Theory {

  private static final int[] STEPS = {1, 2, 4, 8, 16, 32};

  private Theory() {}

  /**
   * Returns the accuracy in percent by items per step, mean over the lengths of the task's lists;
   * empty for tasks that are no list operations, or too long to enumerate.
   */
  static Map<Integer, Double> accuracy(String version, String taskId) {
    Task task = ParallelBench.task(Version.of(version), taskId);
    Map<Integer, Double> accuracy = new LinkedHashMap<>();
    if (task.recipe() instanceof Recipe.Lists lists && lists.maxLength() <= 6) {
      for (int k : STEPS) {
        accuracy.put(
            k,
            100
                * IntStream.rangeClosed(lists.minLength(), lists.maxLength())
                    .mapToDouble(n -> accuracy(lists.operation(), n, k))
                    .average()
                    .orElseThrow());
      }
    }
    return accuracy;
  }

  private static double accuracy(Recipe.Operation operation, int n, int k) {
    DecodingRule rule = DecodingRule.greedy(ClosedForms.positions(operation, n), k);
    return ClosedForms.accuracy(operation, n, rule)
        .orElseGet(() -> IdealModel.of(operation, n).decode(rule).accuracy());
  }
}
