package org.unmask.decode.speculative;

/**
 * Draws from the verifier's law once per position, and goes on while the draft has the token drawn.
 *
 * <p>Exact for every draft, since what is committed never depends on the draft: with the same
 * numbers the output is, token for token, that of plain sampling. At temperature 0 it is the greedy
 * match. For drafts that were drawn it accepts less than {@link Residual}.
 */
public record SampleMatch() implements AcceptanceRule {

  @Override
  public String id() {
    return "sample-match";
  }

  @Override
  public Exactness exactness(Proposal proposal) {
    return Exactness.EXACT;
  }

  @Override
  public int choose(double[] law, Draft draft, int[] children, int position, Chance chance) {
    return chance.draw(law, position);
  }
}
