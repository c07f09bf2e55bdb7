package org.unmask.decode;

import java.util.ArrayList;
import java.util.List;

/**
 * EB-Sampler (arXiv 2505.24857): of the positions in ascending order of entropy, unmasks the
 * longest prefix whose entropies, the largest left out, add up to no more than a bound; at least
 * one.
 *
 * <p>All masks of the answer compete; there are no blocks unless asked for.
 *
 * @param gamma bound in nats
 */
record EbSampler(double gamma) implements UnmaskPolicy {

  private static final String GAMMA = "gamma";

  static final Algorithm ALGORITHM =
      Algorithm.named("eb", "as many positions as an entropy budget bears")
          .paper("EB-Sampler", "2505.24857")
          .anyCache()
          .with(
              Parameter.number(
                  GAMMA, 0.1, 0, Double.MAX_VALUE, "entropy budget of a step, in nats"))
          .madeOf(
              context ->
                  Strategy.of(context.options(), new EbSampler(context.options().number(GAMMA))));

  @Override
  public void select(Step step, Picks picks) {
    int count = step.candidates();
    double[] certainty = step.scratch();
    for (int i = 0; i < count; i++) {
      certainty[step.candidate(i)] = -step.predictions().entropy(step.candidate(i));
    }
    int[] order = step.ordered(certainty);
    double sum = 0;
    int taken = 0;
    while (taken < count && (taken == 0 || sum <= gamma)) {
      sum -= certainty[order[taken]];
      picks.add(order[taken++]);
    }
    if (step.isRecorded()) {
      record(step, order, certainty, taken);
    }
  }

  private static void record(Step step, int[] order, double[] certainty, int taken) {
    List<List<Number>> sorted = new ArrayList<>();
    for (int i = 0; i < Math.min(taken + 1, step.candidates()); i++) {
      sorted.add(List.of(step.relative(step.position(order[i])), -certainty[order[i]]));
    }
    step.detail("k", taken);
    step.detail("entropy_sorted", sorted);
  }
}
