package org.unmask.tasks.metric;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;

/**
 * Decides which lists answer a task of which many answers are right.
 *
 * <p>Items are compared code point by code point. Source: ParallelBench release {@code paper-2510}.
 */
final class ListRules {

  private ListRules() {}

  /** The same items in another order. */
  static boolean isShuffle(List<String> list, List<String> input) {
    return !list.equals(input) && sorted(list).equals(sorted(input));
  }

  /** The input with the word at any one place. */
  static boolean isInsertion(List<String> list, List<String> input, String word) {
    return list.contains(word) && without(list, word).equals(input);
  }

  /** The input without any one item. */
  static boolean isRemoval(List<String> list, List<String> input) {
    var missing = new HashSet<>(input);
    list.forEach(missing::remove);
    return list.size() == input.size() - 1
        && missing.size() == 1
        && without(input, missing.iterator().next()).equals(list);
  }

  /** The input with any one item replaced by the word. */
  static boolean isReplacement(List<String> list, List<String> input, String word) {
    int at = list.indexOf(word);
    if (at < 0 || list.size() != input.size()) {
      return false;
    }
    var expected = new ArrayList<>(input);
    expected.set(at, word);
    return expected.equals(list);
  }

  private static List<String> sorted(List<String> list) {
    var copy = new ArrayList<>(list);
    Collections.sort(copy);
    return copy;
  }

  private static List<String> without(List<String> list, String item) {
    var copy = new ArrayList<>(list);
    copy.remove(item); // the first occurrence only
    return copy;
  }
}
