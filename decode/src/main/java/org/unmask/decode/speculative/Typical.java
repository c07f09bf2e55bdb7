package org.unmask.decode.speculative;

/**
 * Medusa's typical acceptance: takes the first child whose probability exceeds min(epsilon, delta
 * exp(-entropy)), else draws. Lossy by design.
 *
 * @param epsilon 0.09 in Medusa
 * @param delta 0.3 in Medusa
 */
public record Typical(double epsilon, double delta) implements AcceptanceRule {

  @Override
  public String id() {
    return "typical";
  }

  @Override
  public Exactness exactness(Proposal proposal) {
    return Exactness.LOSSY;
  }

  @Override
  public int choose(double[] law, Draft draft, int[] children, int position, Chance chance) {
    double entropy = 0;
    for (double p : law) {
      entropy -= p > 0 ? p * StrictMath.log(p) : 0;
    }
    double threshold = Math.min(epsilon, delta * StrictMath.exp(-entropy));
    for (int child : children) {
      if (law[draft.tokens()[child]] > threshold) {
        return draft.tokens()[child];
      }
    }
    return chance.draw(law, position);
  }
}
