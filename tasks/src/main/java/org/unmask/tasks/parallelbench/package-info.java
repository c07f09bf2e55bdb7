/**
 * The tasks of ParallelBench: prompts, data files and scores.
 *
 * <p>{@link org.unmask.tasks.parallelbench.ParallelBench} is the catalogue:
 *
 * <pre>{@code
 * Task task = ParallelBench.task("waiting_line/shuffle");
 * for (Sample sample : TaskData.balanced(TaskData.generated(task, 42), 10)) {
 *   String output = answer(task.messages(sample), task.genLength());
 *   double accuracy = task.score(sample, output).get("score");
 * }
 * }</pre>
 */
package org.unmask.tasks.parallelbench;
