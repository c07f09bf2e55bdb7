package org.unmask.tasks.theory;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.unmask.tasks.parallelbench.Recipe.Operation;

/** All right answers of a list operation; items are their numbers, a new one is n. */
final class Answers {

  private Answers() {}

  /** Lists the answers for the input 0, 1, ..., n - 1. */
  static List<int[]> of(Operation operation, int n) {
    int[] input = IntStream.range(0, n).toArray();
    return switch (operation) {
      case COPY, SORT, SORT_BY_LAST_NAME, REVERSE, REPLACE_INDEX -> List.of(input);
      case INSERT_INDEX -> List.of(insert(input, 0));
      case REMOVE_INDEX -> List.of(remove(input, 0));
      case SHUFFLE -> permutations(input, 0);
      case REPLACE_RANDOM -> IntStream.range(0, n).mapToObj(i -> replace(input, i)).toList();
      case INSERT_RANDOM -> IntStream.rangeClosed(0, n).mapToObj(i -> insert(input, i)).toList();
      case REMOVE_RANDOM -> IntStream.range(0, n).mapToObj(i -> remove(input, i)).toList();
    };
  }

  private static int[] replace(int[] input, int index) {
    int[] list = input.clone();
    list[index] = input.length;
    return list;
  }

  private static int[] insert(int[] input, int index) {
    return IntStream.rangeClosed(0, input.length)
        .map(i -> i < index ? input[i] : i == index ? input.length : input[i - 1])
        .toArray();
  }

  private static int[] remove(int[] input, int index) {
    return IntStream.range(0, input.length - 1).map(i -> i < index ? i : i + 1).toArray();
  }

  private static List<int[]> permutations(int[] list, int from) {
    if (from == list.length) {
      return List.of(list.clone());
    }
    var all = new ArrayList<int[]>();
    for (int i = from; i < list.length; i++) {
      int[] swapped = list.clone();
      swapped[from] = list[i];
      swapped[i] = list[from];
      all.addAll(permutations(swapped, from + 1));
    }
    return all;
  }
}
