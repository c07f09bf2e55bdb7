package org.unmask.tasks.generate;

import java.util.List;
import java.util.stream.IntStream;
import org.unmask.tasks.parallelbench.Example;
import org.unmask.tasks.random.RandomStream;

/** Makes questions with answers for one task. */
interface ExampleMaker {

  /**
   * Returns the sizes questions come in, ascending: the length of their list, or whatever else sets
   * of this task are balanced by.
   */
  List<Integer> sizes();

  /** Makes a question of one of the sizes. */
  Example make(RandomStream random, int size);

  /** Returns the integers from {@code low} to {@code high}. */
  static List<Integer> range(int low, int high) {
    return IntStream.rangeClosed(low, high).boxed().toList();
  }
}
