package org.unmask.decode.speculative;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How often tokens followed two others in a corpus, and in what was added since. */
public final class TrigramCounts {

  private final @Nullable TrigramCounts base;
  private final Map<Long, Map<Integer, Integer>> counts = new HashMap<>();

  private TrigramCounts(@Nullable TrigramCounts base) {
    this.base = base;
  }

  /**
   * Counts a corpus.
   *
   * @param tokens of the corpus; none for empty counts
   */
  public static TrigramCounts of(int... tokens) {
    TrigramCounts counts = new TrigramCounts(null);
    for (int i = 2; i < tokens.length; i++) {
      counts.add(tokens[i - 2], tokens[i - 1], tokens[i]);
    }
    return counts;
  }

  /** Returns counts that start as these and do not change them. */
  public TrigramCounts copy() {
    return new TrigramCounts(this);
  }

  /** Counts a third token after two others. */
  void add(int first, int second, int third) {
    counts
        .computeIfAbsent(TrigramTable.key(first, second), _ -> new HashMap<>())
        .merge(third, 1, Integer::sum);
  }

  /** Returns what follows a pair with its share, the largest first; ties by lower token. */
  List<Map.Entry<Integer, Float>> shares(long pair) {
    Map<Integer, Integer> all = new HashMap<>();
    for (TrigramCounts from = this; from != null; from = from.base) {
      from.counts.getOrDefault(pair, Map.of()).forEach((t, n) -> all.merge(t, n, Integer::sum));
    }
    float sum = all.values().stream().mapToInt(n -> n).sum();
    return all.entrySet().stream()
        .sorted(
            Comparator.comparingInt((Map.Entry<Integer, Integer> e) -> -e.getValue())
                .thenComparing(Map.Entry.comparingByKey()))
        .map(e -> Map.entry(e.getKey(), e.getValue() / sum))
        .toList();
  }
}
