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
    TrigramTable table =
        new TrigramTable(TrigramCounts.of(1, 2, 3, 1, 2, 4, 1, 2, 4, 1, 2, 5), false);
    TrigramTable.Entry entry = entry(table, 1, 2);
    assertThat(Arrays.copyOf(entry.tokens, entry.count)).containsExactly(4, 3, 5);
    assertThat(Arrays.copyOf(entry.weights, entry.count)).containsExactly(0.5f, 0.25f, 0.25f);
    assertThat(table.find(2, 9)).isNull();
  }

  @Test
  void corpus_keepsTwelveSuccessors() {
    int[] corpus = new int[3 * 40];
    for (int i = 0; i < 40; i++) {
      corpus[3 * i] = 1;
      corpus[3 * i + 1] = 2;
      corpus[3 * i + 2] = 10 + i % 20;
    }
    TrigramTable.Entry entry = entry(new TrigramTable(TrigramCounts.of(corpus), false), 1, 2);
    assertThat(entry.tokens).containsExactly(10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21);
  }

  @Test
  void adaptation_changesNoCorpus_andCopiesGrowAlone() {
    TrigramCounts corpus = TrigramCounts.of(1, 2, 3, 1, 2, 4);
    TrigramTable table = new TrigramTable(corpus, false);
    table.adapt(1, 2, 4, true);
    assertThat(entry(table, 1, 2).tokens[0]).isEqualTo(4);
    assertThat(entry(table, 1, 2).weights[0]).isEqualTo(0.54f);
    assertThat(entry(new TrigramTable(corpus, false), 1, 2).tokens[0]).isEqualTo(3);
    TrigramCounts copy = corpus.copy();
    copy.add(1, 2, 4);
    copy.add(7, 8, 9);
    assertThat(entry(new TrigramTable(copy, false), 1, 2).tokens[0]).isEqualTo(4);
    assertThat(entry(new TrigramTable(copy.copy(), false), 7, 8).tokens[0]).isEqualTo(9);
    assertThat(new TrigramTable(corpus, false).find(7, 8)).isNull();
    new TrigramTable(corpus, true).adapt(7, 8, 9, true);
    new TrigramTable(corpus, true).adapt(7, 8, 6, false);
    assertThat(entry(new TrigramTable(corpus, false), 7, 8).count).isEqualTo(1);
  }

  @Test
  void table_growsOverManyPairs() {
    Random random = new Random(5);
    TrigramTable table = new TrigramTable(TrigramCounts.of(), false);
    int[] tokens = random.ints(5000, 0, 2000).toArray();
    for (int i = 2; i < tokens.length; i++) {
      table.adapt(tokens[i - 2], tokens[i - 1], tokens[i], true);
    }
    for (int i = 2; i < tokens.length; i++) {
      TrigramTable.Entry entry = entry(table, tokens[i - 2], tokens[i - 1]);
      assertThat(Arrays.copyOf(entry.tokens, entry.count)).contains(tokens[i]);
    }
  }
}
