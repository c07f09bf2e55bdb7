package org.unmask.decode;

import java.util.List;

/**
 * dInfer's hierarchical decoding (arXiv 2510.08666): unmasks the best position of every run of
 * neighbouring masks, if it is sure enough, together with all positions above a threshold and the
 * best of all.
 *
 * <p>The released class takes every position that equals its run's best; the released function
 * {@code hierarchy_fast_v2} takes one, and only the best of all if that is not sure enough.
 *
 * @param threshold what is unmasked anywhere, strictly above
 * @param low what the best of a run must exceed
 * @param isFast whether the function's rule applies
 */
record Hierarchy(double threshold, double low, boolean isFast) implements UnmaskPolicy {

  private static final String LOW_THRESHOLD = "low-threshold";
  private static final String DECODING = "decoding";
  private static final String FAST = "hierarchy-fast-v2";

  static final Algorithm ALGORITHM =
      Unroll.options(Algorithm.named("hierarchy", "the best position of every run of masks"))
          .paper("dInfer", "2510.08666")
          .with(Threshold.parameter(0.9))
          .with(
              Parameter.number(
                  LOW_THRESHOLD, 0.4, 0, 1, "certainty that the best of a run must exceed"))
          .with(
              Parameter.choice(
                  DECODING, "class", List.of("class", FAST), "which of the two released rules"))
          .madeOf(
              context -> {
                DecodeOptions options = context.options();
                return Unroll.loop(
                    context,
                    new Hierarchy(
                        options.number(Threshold.THRESHOLD),
                        options.number(LOW_THRESHOLD),
                        options.word(DECODING).equals(FAST)));
              });

  @Override
  public void select(Step step, Picks picks) {
    int best = step.ranked(0);
    picks.add(best);
    if (isFast && step.score(best) < low) {
      return;
    }
    int count = step.candidates();
    for (int start = 0, end; start < count; start = end) {
      end = endOfRun(step, start);
      int top = bestOf(step, start, end);
      for (int i = start; i < end; i++) {
        int row = step.candidate(i);
        boolean isTop = isFast ? row == top : step.score(row) == step.score(top);
        boolean isPicked = (isTop && step.score(row) > low) || step.score(row) > threshold;
        if (isPicked && row != best) {
          picks.add(row);
        }
      }
    }
  }

  private static int endOfRun(Step step, int start) {
    int end = start + 1;
    while (end < step.candidates()
        && step.position(step.candidate(end)) == step.position(step.candidate(end - 1)) + 1) {
      end++;
    }
    return end;
  }

  private static int bestOf(Step step, int start, int end) {
    int best = step.candidate(start);
    for (int i = start + 1; i < end; i++) {
      if (step.score(step.candidate(i)) > step.score(best)) {
        best = step.candidate(i);
      }
    }
    return best;
  }
}
