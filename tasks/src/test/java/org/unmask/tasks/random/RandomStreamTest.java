package org.unmask.tasks.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomStreamTest {

  @Test
  void nextLong_isTheSplitMixOfTheJdk() {
    var ours = RandomStream.of(42, "");
    // of(seed, "") starts at mix(seed + gamma); the JDK's generator with that seed goes on from it
    long start = new java.util.SplittableRandom(42).nextLong();
    var theirs = new java.util.SplittableRandom(start);
    for (int i = 0; i < 100; i++) {
      assertThat(ours.nextLong()).isEqualTo(theirs.nextLong());
    }
  }

  @Test
  void streams_dependOnSeedAndName() {
    assertThat(Stream.of(first(1, "a"), first(2, "a"), first(1, "b"), first(1, "aa"), first(1, "")))
        .doesNotHaveDuplicates();
    assertThat(first(1, "a")).isEqualTo(first(1, "a"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 10, 199, 1 << 20, Integer.MAX_VALUE})
  void nextInt_staysInRange(int bound) {
    var random = RandomStream.of(bound, "range");
    for (int i = 0; i < 1000; i++) {
      assertThat(random.nextInt(bound)).isBetween(0, bound - 1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7, 10, 100})
  void nextInt_isUniform(int bound) {
    var random = RandomStream.of(5, "uniform");
    var values = IntStream.range(0, 20_000).mapToObj(i -> random.nextInt(bound)).toList();
    ChiSquare.assertUniform(ChiSquare.count(values, n -> n), bound);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void nextInt_withoutRoom_isRefused(int bound) {
    assertThatThrownBy(() -> RandomStream.of(1, "x").nextInt(bound))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(String.valueOf(bound));
  }

  @Test
  void shuffled_isUniformOverAllOrders() {
    var random = RandomStream.of(6, "shuffle");
    var orders =
        IntStream.range(0, 12_000).mapToObj(i -> random.shuffled(List.of(1, 2, 3, 4))).toList();
    ChiSquare.assertUniform(ChiSquare.count(orders, order -> order), 24);
  }

  private static long first(long seed, String name) {
    return RandomStream.of(seed, name).nextLong();
  }
}
