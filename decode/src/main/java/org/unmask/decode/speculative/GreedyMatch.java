package org.unmask.decode.speculative;

/** Commits the verifier's most probable token, and goes on while the draft has it. */
public record GreedyMatch() implements AcceptanceRule {

  @Override
  public String id() {
    return "greedy-match";
  }

  /** Exact at temperature 0, where the law has no other token. */
  @Override
  public Exactness exactness(Proposal proposal) {
    return Exactness.LOSSY;
  }

  @Override
  public int choose(double[] law, Draft draft, int[] children, int position, Chance chance) {
    return Tops.best(law);
  }
}
