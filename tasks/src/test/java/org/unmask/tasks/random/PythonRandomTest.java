package org.unmask.tasks.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PythonRandomTest {

  /** The first outputs that the generator's authors publish with their program. */
  @Test
  void output_isThatOfTheAuthors() {
    var random = new PythonRandom(new int[] {0x123, 0x234, 0x345, 0x456});
    assertThat(IntStream.range(0, 5).mapToObj(i -> Integer.toUnsignedLong(random.nextInt())))
        .containsExactly(1067595299L, 955945823L, 477289528L, 4107218783L, 4228976476L);
  }

  /** From CPython 3.11: Random(42).getrandbits(32), also after 700 draws. */
  @Test
  void output_isThatOfPython() {
    var random = new PythonRandom(42);
    assertThat(Integer.toUnsignedLong(random.nextInt())).isEqualTo(2746317213L);
    for (int i = 1; i < 700; i++) {
      random.nextInt();
    }
    assertThat(Integer.toUnsignedLong(random.nextInt())).isEqualTo(4214005797L);
  }

  /** From CPython 3.11: r = Random(7); r.sample(range(36), 4); x = [0..5]; r.shuffle(x). */
  @Test
  void draws_areThoseOfPython() {
    var random = new PythonRandom(7);
    assertThat(random.sampleFew(IntStream.range(0, 36).boxed().toList(), 4))
        .isEqualTo(List.of(20, 9, 25, 3));
    assertThat(random.shuffled(List.of(0, 1, 2, 3, 4, 5))).isEqualTo(List.of(2, 3, 1, 5, 4, 0));
  }

  @Test
  void seedOutOfRange_isRefused() {
    for (long seed : new long[] {-1, 1L << 32}) {
      assertThatThrownBy(() -> new PythonRandom(seed)).hasMessageContaining(String.valueOf(seed));
    }
  }
}
