package org.unmask.bench.sweep;

import java.util.List;
import java.util.stream.Collectors;
import org.unmask.tasks.parallelbench.Message;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;

/**
 * What a sample asks: a line of {@code questions.jsonl}.
 *
 * @param task task id
 * @param index index of the sample in the task
 * @param prompt the conversation, as text; turns are separated by a line with the role in brackets
 * @param expected one right answer
 */
public record Question(String task, int index, String prompt, String expected) {

  /** Makes the question of a sample. */
  public static Question of(Task task, Sample sample) {
    List<Message> messages = task.messages(sample);
    String prompt =
        messages.size() == 1
            ? messages.getFirst().content()
            : messages.stream()
                .map(m -> "[" + m.role() + "]\n" + m.content().stripTrailing())
                .collect(Collectors.joining("\n\n"));
    return new Question(task.id(), sample.index(), prompt, sample.answer().example());
  }
}
