package org.unmask.bench.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.grammar.LanguageTool;
import org.unmask.bench.sweep.Plan;
import org.unmask.bench.sweep.Question;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;

/**
 * A plan with what it is carried out on.
 *
 * @param samples of every task of the plan, in its order
 * @param models folders of the plan's models, in its order
 * @param grammar the grammar checker, null if no task needs one
 */
record Workload(
    Plan plan, Map<Task, List<Sample>> samples, List<Path> models, @Nullable LanguageTool grammar) {

  /** Returns prompt and right answer of every sample. */
  List<Question> questions() {
    List<Question> questions = new ArrayList<>();
    samples.forEach((task, list) -> list.forEach(s -> questions.add(Question.of(task, s))));
    return questions;
  }
}
