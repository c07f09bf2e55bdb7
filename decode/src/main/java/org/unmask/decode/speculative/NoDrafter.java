package org.unmask.decode.speculative;

/** Drafts nothing: autoregressive decoding, one token a pass. */
public record NoDrafter() implements Drafter {

  @Override
  public Proposal proposal() {
    return Proposal.DETERMINISTIC;
  }

  @Override
  public Draft propose(Text text, int most, Chance chance) {
    return Draft.NONE;
  }
}
