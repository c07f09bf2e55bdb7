package org.unmask.decode.speculative;

import java.util.Arrays;

/**
 * ASSD (arXiv 2504.20456): an any-subset autoregressive model drafts the next few places at once,
 * each from what is known, and then scores its draft in one pass, in which each place sees the
 * places before it in the order.
 *
 * <p>The first draft token has the same law in both passes and is always accepted, so a round of
 * two passes places at least two tokens. There is no token behind a draft that is accepted as a
 * whole.
 */
public final class SelfParallelDrafter implements Drafter {

  private final AnyOrderVerifier verifier;
  private final int length;
  private boolean isDrafted;
  private int[] places = {};
  private int[] drafted = {};
  private double[][] laws = {};

  /**
   * Makes the drafter of one sequence.
   *
   * @param verifier of the same network
   * @param length tokens of a draft, k
   */
  public SelfParallelDrafter(AnyOrderVerifier verifier, int length) {
    this.verifier = verifier;
    this.length = length;
  }

  @Override
  public Proposal proposal() {
    return Proposal.INDEPENDENT;
  }

  /** Asks for the draft pass over the next places that are not known. */
  @Override
  public boolean plan(Text text, int most, ForwardCalls calls) {
    if (isDrafted) {
      return false;
    }
    places = verifier.open(text, length);
    calls.main(verifier.draftPass(text, places));
    return true;
  }

  @Override
  public void absorb(Text text, Chance chance) {
    isDrafted = true;
    laws = verifier.laws();
    drafted = new int[places.length];
    Arrays.setAll(drafted, i -> chance.draw(laws[i], places[i]));
  }

  @Override
  public Draft propose(Text text, int most, Chance chance) {
    isDrafted = false;
    int[] parents = new int[places.length];
    Arrays.setAll(parents, i -> i - 1);
    return new Draft(drafted, parents, places, laws, proposal());
  }
}
