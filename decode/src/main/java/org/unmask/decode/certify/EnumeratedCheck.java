package org.unmask.decode.certify;

import java.util.Locale;
import java.util.SplittableRandom;
import org.unmask.decode.certify.ToyTarget.Shape;
import org.unmask.decode.speculative.AcceptanceRule;
import org.unmask.decode.speculative.Proposal;

/**
 * Enumerates the output law of a rule on random targets and drafters: no sampling, no network,
 * exact up to rounding.
 */
final class EnumeratedCheck {

  /** Beyond this the law is another one. */
  static final double LARGEST = 1e-12;

  private static final int TARGETS = 200;
  private static final Shape WHOLE = new Shape(3, 2, 2, false);

  private EnumeratedCheck() {}

  /** Enumerates the loop over texts of two tokens. */
  static Finding of(AcceptanceRule rule, Proposal proposal) {
    return of("enumeration", rule, proposal, WHOLE);
  }

  /**
   * Enumerates a single round, as small as it can be: a chain of two tokens, the two likeliest of
   * four, or one chosen token. What the round leaves open the target itself draws.
   */
  static Finding oneRound(AcceptanceRule rule, Proposal proposal) {
    return of(
        "one round",
        rule,
        proposal,
        switch (proposal) {
          case INDEPENDENT, SEQUENTIAL, NONCAUSAL -> new Shape(3, 2, 1, true);
          case SIBLINGS, TOP_K -> new Shape(4, 1, 2, true);
          case DETERMINISTIC -> new Shape(3, 1, 1, true);
        });
  }

  private static Finding of(String test, AcceptanceRule rule, Proposal proposal, Shape shape) {
    double largest = 0;
    double sum = 0;
    for (int seed = 0; seed < TARGETS; seed++) {
      double distance = distance(rule, proposal, shape, seed);
      largest = Math.max(largest, distance);
      sum += distance;
    }
    return new Finding(
        test,
        String.format(
            Locale.ROOT,
            "%d random targets, texts of %d over %d: largest TV %.2g, mean %.2g",
            TARGETS,
            shape.places(),
            shape.vocab(),
            largest,
            sum / TARGETS),
        largest,
        largest <= LARGEST);
  }

  /** Returns the total variation distance between the output and one target. */
  private static double distance(AcceptanceRule rule, Proposal proposal, Shape shape, int seed) {
    ToyTarget target = new ToyTarget(shape, new SplittableRandom(seed));
    double[] law = new double[target.outcomes()];
    Enumeration chance = new Enumeration();
    chance.run(
        () -> target.decode(proposal, rule, chance), (outcome, weight) -> law[outcome] += weight);
    double distance = 0;
    for (int outcome = 0; outcome < law.length; outcome++) {
      distance += Math.abs(law[outcome] - target.probability(outcome)) / 2;
    }
    return distance;
  }
}
