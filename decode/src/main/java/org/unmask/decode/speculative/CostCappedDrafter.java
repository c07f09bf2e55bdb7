package org.unmask.decode.speculative;

import java.util.Arrays;

/**
 * Cuts another drafter's drafts off where verifying one more token costs more time than it saves.
 *
 * <p>What the i-th token of a draft adds is estimated from how often it was accepted so far. What
 * is committed by an exact rule stays the same; how many passes it takes then depends on the
 * machine.
 */
public final class CostCappedDrafter implements Drafter {

  private final Drafter drafter;
  private final RowCosts costs;
  private double[] accepted = {};
  private double[] drafted = {};

  /**
   * Makes a capped drafter.
   *
   * @param drafter whose drafts are cut
   * @param costs measured on this machine
   */
  public CostCappedDrafter(Drafter drafter, RowCosts costs) {
    this.drafter = drafter;
    this.costs = costs;
  }

  @Override
  public Proposal proposal() {
    return drafter.proposal();
  }

  @Override
  public boolean plan(Text text, int most, ForwardCalls calls) {
    return drafter.plan(text, most, calls);
  }

  @Override
  public void absorb(Text text, Chance chance) {
    drafter.absorb(text, chance);
  }

  @Override
  public Draft propose(Text text, int most, Chance chance) {
    Draft draft = drafter.propose(text, most, chance);
    int size = draft.size();
    if (size > drafted.length) {
      int before = drafted.length;
      accepted = Arrays.copyOf(accepted, size);
      drafted = Arrays.copyOf(drafted, size);
      for (int i = before; i < size; i++) { // at first as good as the one before, once seen
        accepted[i] = 1;
        drafted[i] = 2;
      }
    }
    double[] gains = new double[size];
    Arrays.setAll(gains, i -> accepted[i] / drafted[i]);
    int kept = costs.bestSize(gains);
    return kept == size
        ? draft
        : new Draft(
            Arrays.copyOf(draft.tokens(), kept),
            Arrays.copyOf(draft.parents(), kept),
            Arrays.copyOf(draft.positions(), kept),
            draft.laws() == null ? null : Arrays.copyOf(draft.laws(), kept),
            draft.proposal());
  }

  @Override
  public int passes() {
    return drafter.passes();
  }

  @Override
  public void observe(Text text, Draft draft, Commit commit) {
    for (int i = 0; i < draft.size(); i++) {
      drafted[i]++;
    }
    for (int node : commit.path()) {
      accepted[node]++;
    }
    drafter.observe(text, draft, commit);
  }
}
