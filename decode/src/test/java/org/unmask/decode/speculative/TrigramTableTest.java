package org.unmask.decode.speculative;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrigramTableTest {

  private static TrigramTable.Entry entry(TrigramTable table, int first, int second) {
    return Objects.requireNonNull(table.find(first, second));
  }

  @Test
  void corpus_givesSharesOfThePair_heaviestFirst() {
    TrigramTable table = TrigramTable.of(1, 2, 3, 1, 2, 4, 1, 2, 4, 1, 2, 5);
    TrigramTable.Entry entry = entry(table, 1, 2);
    assertThat(Arrays.copyOf(entry.tokens, entry.count)).containsExactly(4, 3, 5);
    assertThat(Arrays.copyOf(entry.weights, entry.count)).containsExactly(0.5f, 0.25f, 0.25f);
    assertThat(table.find(2, 1)).isNull();
  }

  @Test
  void corpus_keepsTwelveSuccessors() {
    int[] corpus = new int[3 * 40];
    for (int i = 0; i < 40; i++) {
      corpus[3 * i] = 1;
      corpus[3 * i + 1] = 2;
      corpus[3 * i + 2] = 10 + i % 20;
    }
    TrigramTable.Entry entry = entry(TrigramTable.of(corpus), 1, 2);
    assertThat(entry.tokens).containsExactly(10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21);
  }

  @Test
  void copy_adaptsWithoutChangingWhatItWasMadeOf() {
    TrigramTable corpus = TrigramTable.of(1, 2, 3, 1, 2, 4);
    TrigramTable copy = corpus.copy();
    copy.adapt(1, 2, 4);
    copy.adapt(7, 8, 9);
    assertThat(entry(copy, 1, 2).tokens[0]).isEqualTo(4);
    assertThat(entry(copy, 1, 2).weights[0]).isEqualTo(0.54f);
    assertThat(entry(corpus, 1, 2).weights[0]).isEqualTo(0.5f);
    assertThat(corpus.find(7, 8)).isNull();
    assertThat(entry(copy.copy(), 7, 8).tokens[0]).isEqualTo(9);
  }

  @Test
  void table_growsOverManyPairs() {
    Random random = new Random(5);
    TrigramTable table = TrigramTable.of();
    int[] tokens = random.ints(5000, 0, 2000).toArray();
    for (int i = 2; i < tokens.length; i++) {
      table.adapt(tokens[i - 2], tokens[i - 1], tokens[i]);
    }
    for (int i = 2; i < tokens.length; i++) {
      TrigramTable.Entry entry = entry(table, tokens[i - 2], tokens[i - 1]);
      assertThat(Arrays.copyOf(entry.tokens, entry.count)).contains(tokens[i]);
    }
  }
}
