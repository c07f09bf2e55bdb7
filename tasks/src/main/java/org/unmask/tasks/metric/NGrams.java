package org.unmask.tasks.metric;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts runs of tokens. */
final class NGrams {

  private NGrams() {}

  /** Counts every run of {@code order} tokens. */
  static Map<List<String>, Integer> count(List<String> tokens, int order) {
    var counts = new HashMap<List<String>, Integer>();
    for (int i = 0; i + order <= tokens.size(); i++) {
      counts.merge(tokens.subList(i, i + order), 1, Integer::sum);
    }
    return counts;
  }

  /** Returns how many n-grams two texts share, each as often as the text that has it less often. */
  static int common(List<String> a, List<String> b, int order) {
    var other = count(b, order);
    return count(a, order).entrySet().stream()
        .mapToInt(entry -> Math.min(entry.getValue(), other.getOrDefault(entry.getKey(), 0)))
        .sum();
  }
}
