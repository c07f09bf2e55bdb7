package org.unmask.decode.speculative;

/**
 * Accepts a token x drawn from q with probability min(1, p(x) / q(x)), else goes on with the
 * residual (p - q)+ and the next sibling, whose law is q without x; what is left of p is drawn
 * from.
 *
 * <p>The rule of speculative sampling (arXiv 2211.17192, 2302.01318) for chains, and the recursive
 * one of SWIFT and EAGLE for siblings drawn without replacement. A token that was not drawn counts
 * as certain, which makes the rule that of {@link SampleMatch}. Not exact if a token may depend on
 * later ones, nor for the most probable tokens taken for drawn ones.
 */
public record Residual() implements AcceptanceRule {

  @Override
  public String id() {
    return "residual";
  }

  @Override
  public Exactness exactness(Proposal proposal) {
    return switch (proposal) {
      case DETERMINISTIC, INDEPENDENT, SEQUENTIAL, SIBLINGS -> Exactness.EXACT;
      case TOP_K, NONCAUSAL -> Exactness.FORBIDDEN;
    };
  }

  @Override
  public int choose(double[] law, Draft draft, int[] children, int position, Chance chance) {
    double[] p = law;
    double[] removed = new double[law.length]; // siblings that were rejected
    for (int child : children) {
      int token = draft.tokens()[child];
      double[] q = without(draft.law(child, law.length), removed);
      if (chance.happens(q[token] > 0 ? Math.min(1, p[token] / q[token]) : 0, position)) {
        return token;
      }
      double[] rest = residual(p, q);
      removed[token] = 1;
      if (rest == null) { // p = q up to rounding: rejecting had no mass
        return token;
      }
      p = rest;
    }
    return chance.draw(p, position);
  }

  private static double[] without(double[] q, double[] removed) {
    double[] rest = q.clone();
    double sum = 0;
    for (int v = 0; v < rest.length; v++) {
      rest[v] = removed[v] > 0 ? 0 : rest[v];
      sum += rest[v];
    }
    for (int v = 0; v < rest.length && sum > 0; v++) {
      rest[v] /= sum;
    }
    return rest;
  }

  private static double @org.jspecify.annotations.Nullable [] residual(double[] p, double[] q) {
    double[] rest = new double[p.length];
    double sum = 0;
    for (int v = 0; v < p.length; v++) {
      rest[v] = Math.max(0, p[v] - q[v]);
      sum += rest[v];
    }
    if (!(sum > 0)) {
      return null;
    }
    for (int v = 0; v < p.length; v++) {
      rest[v] /= sum;
    }
    return rest;
  }
}
