package org.unmask.tasks.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Tests of uniform distribution. */
public final class ChiSquare {

  private ChiSquare() {}

  /** Counts items by a key. */
  public static <T, K> Map<K, Long> count(List<T> items, Function<T, K> key) {
    return items.stream().collect(Collectors.groupingBy(key, Collectors.counting()));
  }

  /**
   * Fails where counts are not those of a uniform draw from k classes. Pearson's chi-square; its
   * mean is k - 1 and its deviation sqrt(2 (k - 1)).
   */
  public static void assertUniform(Map<?, Long> counts, int k) {
    double expected = counts.values().stream().mapToLong(n -> n).sum() / (double) k;
    double chiSquare = (k - counts.size()) * expected;
    for (long n : counts.values()) {
      chiSquare += (n - expected) * (n - expected) / expected;
    }
    assertThat(counts.size()).as("distinct values").isLessThanOrEqualTo(k);
    assertThat(chiSquare)
        .as("chi-square of %d classes", k)
        .isLessThan(k - 1 + 4 * Math.sqrt(2 * (k - 1)));
  }
}
