package org.unmask.decode.speculative;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RowCostsTest {

  private static final Text TEXT = new Text(new int[16], 4, 8, 16);

  private static final Chance NEVER =
      new Chance() {
        @Override
        public boolean happens(double probability, int position) {
          return false;
        }

        @Override
        public int draw(double[] weights, int position) {
          return 0;
        }
      };

  @Test
  void bestSize_growsWhileRowsAreFree_andEndsWhereTheyCost() {
    double[] gains = {0.9, 0.8, 0.4, 0.2, 0.1};
    assertThat(new RowCosts(new double[] {0, 1, 1, 1, 1, 1, 1}).bestSize(gains)).isEqualTo(5);
    // a row costs half a pass: 1, 1.9, 2.7, 3.1 tokens for 1, 1.5, 2, 2.5
    assertThat(new RowCosts(new double[] {0, 1, 1.5, 2, 2.5, 3, 3.5}).bestSize(gains)).isEqualTo(2);
    assertThat(new RowCosts(new double[] {0, 1, 2, 3, 4, 5, 6}).bestSize(gains)).isZero();
  }

  @Test
  void costs_neverFall_andGoOnInProportion() {
    RowCosts costs = new RowCosts(new double[] {0, 1, 0.9, 3});
    assertThat(costs.of(2)).isEqualTo(1);
    assertThat(costs.of(6)).isEqualTo(6);
  }

  @Test
  void cappedDrafts_followWhatWasAccepted() {
    RowCosts costs = new RowCosts(new double[] {0, 1, 1.4, 1.8, 2.2, 2.6});
    CostCappedDrafter capped = new CostCappedDrafter(new Fixed(4), costs);
    int before = capped.propose(TEXT, 8, NEVER).size();
    for (int i = 0; i < 20; i++) {
      Draft draft = capped.propose(TEXT, 8, NEVER);
      int[] all = IntStream.range(0, draft.size()).toArray();
      capped.observe(TEXT, draft, new Commit(all, 1));
    }
    assertThat(capped.propose(TEXT, 8, NEVER).size()).isGreaterThanOrEqualTo(before).isEqualTo(4);
    for (int i = 0; i < 200; i++) {
      capped.observe(TEXT, capped.propose(TEXT, 8, NEVER), new Commit(new int[0], 1));
    }
    assertThat(capped.propose(TEXT, 8, NEVER).size()).isZero();
  }

  /** Drafts zeros. */
  private record Fixed(int length) implements Drafter {
    @Override
    public Proposal proposal() {
      return Proposal.DETERMINISTIC;
    }

    @Override
    public Draft propose(Text text, int most, Chance chance) {
      return Draft.chain(new int[length], text.length());
    }
  }
}
