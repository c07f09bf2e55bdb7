package org.unmask.tasks.parallelbench;

import java.util.List;
import org.unmask.tasks.metric.Answer;

/**
 * One sample of a task: a question, its answer and the examples shown before it.
 *
 * @param index line of the data file, from 0
 * @param example the question itself
 * @param shots examples that precede it in the conversation, none or one
 */
public record Sample(int index, Example example, List<Example> shots) {

  /** Copies the list. */
  public Sample {
    shots = List.copyOf(shots);
  }

  /** Returns what is right. */
  public Answer answer() {
    return example.answer();
  }

  /** Returns the length of the list in question, or 0 where the data do not tell. */
  public int length() {
    return number("length", 0);
  }

  /**
   * Returns what sets are balanced by: the number of repetitions if there are any, or the length.
   */
  public int size() {
    return number("count", length());
  }

  private int number(String name, int otherwise) {
    return example.metadata().get(name) instanceof Integer number ? number : otherwise;
  }
}
