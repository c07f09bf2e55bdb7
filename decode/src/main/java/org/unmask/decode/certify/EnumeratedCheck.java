package org.unmask.decode.certify;

import java.util.Locale;
import java.util.SplittableRandom;
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
  private static final int VOCAB = 3;

  private EnumeratedCheck() {}

  static Finding of(AcceptanceRule rule, Proposal proposal) {
    double largest = 0;
    double sum = 0;
    for (int seed = 0; seed < TARGETS; seed++) {
      double distance = distance(rule, proposal, seed);
      largest = Math.max(largest, distance);
      sum += distance;
    }
    return new Finding(
        "enumeration",
        String.format(
            Locale.ROOT,
            "%d random targets, 2 tokens over %d: largest TV %.2g, mean %.2g",
            TARGETS,
            VOCAB,
            largest,
            sum / TARGETS),
        largest,
        largest <= LARGEST);
  }

  /** Returns the total variation distance between the output and one target. */
  private static double distance(AcceptanceRule rule, Proposal proposal, int seed) {
    ToyTarget target = new ToyTarget(VOCAB, new SplittableRandom(seed));
    double[] law = new double[VOCAB * VOCAB];
    Enumeration chance = new Enumeration();
    chance.run(
        () -> target.decode(proposal, rule, chance), (outcome, weight) -> law[outcome] += weight);
    double distance = 0;
    for (int a = 0; a < VOCAB; a++) {
      for (int b = 0; b < VOCAB; b++) {
        distance += Math.abs(law[a * VOCAB + b] - target.probability(a, b)) / 2;
      }
    }
    return distance;
  }
}
