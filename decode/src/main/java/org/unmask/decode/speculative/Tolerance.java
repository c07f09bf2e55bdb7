package org.unmask.decode.speculative;

/**
 * The residual rule with a bonus on the acceptance ratio, as ASSD's released code has it: min(1,
 * p(x) / q(x) + bonus). Lossy above 0.
 *
 * @param bonus added to the ratio, {@code r_atol} in the released code
 */
public record Tolerance(double bonus) implements AcceptanceRule {

  @Override
  public String id() {
    return "tolerance";
  }

  @Override
  public Exactness exactness(Proposal proposal) {
    return bonus == 0 ? new Residual().exactness(proposal) : Exactness.LOSSY;
  }

  @Override
  public int choose(double[] law, Draft draft, int[] children, int position, Chance chance) {
    for (int child : children) {
      int token = draft.tokens()[child];
      double q = draft.law(child, law.length)[token];
      // accepted beyond the exact ratio with the rest of the bonus
      double ratio = Math.min(1, law[token] / q);
      double wanted = Math.min(1, law[token] / q + bonus);
      if (ratio < 1 && chance.happens((wanted - ratio) / (1 - ratio), position)) {
        return token;
      }
    }
    return new Residual().choose(law, draft, children, position, chance);
  }
}
