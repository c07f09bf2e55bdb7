package org.unmask.decode.speculative;

/**
 * The sampled path of SPACE's released code: a rejected token is replaced by a draw from p instead
 * of the residual, so drafts are too frequent. Kept to be told from the exact rules.
 */
public record Resample() implements AcceptanceRule {

  @Override
  public String id() {
    return "space-released";
  }

  @Override
  public Exactness exactness(Proposal proposal) {
    return Exactness.FORBIDDEN;
  }

  @Override
  public int choose(double[] law, Draft draft, int[] children, int position, Chance chance) {
    for (int child : children) {
      int token = draft.tokens()[child];
      double q = draft.law(child, law.length)[token];
      if (chance.happens(Math.min(1, law[token] / q), position)) {
        return token;
      }
    }
    return chance.draw(law, position);
  }
}
