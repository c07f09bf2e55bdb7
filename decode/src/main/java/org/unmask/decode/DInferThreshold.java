package org.unmask.decode;

/**
 * dInfer's threshold rule (arXiv 2510.08666): unmasks what reaches a threshold or comes within 1e-5
 * of the best, in its {@linkplain Unroll unrolled loop}.
 *
 * @param threshold tau
 */
record DInferThreshold(double threshold) implements UnmaskPolicy {

  static final Algorithm ALGORITHM =
      Unroll.options(Algorithm.named("dinfer-threshold", "threshold in dInfer's unrolled loop"))
          .paper("dInfer", "2510.08666")
          .with(Threshold.parameter(0.9))
          .madeOf(
              context ->
                  Unroll.loop(
                      context, new DInferThreshold(context.options().number(Threshold.THRESHOLD))));

  @Override
  public void select(Step step, Picks picks) {
    double needed = Math.min(step.score(step.ranked(0)) - 1e-5, threshold);
    for (int rank = 0; rank < step.candidates(); rank++) {
      if (step.score(step.ranked(rank)) >= needed) {
        picks.add(step.ranked(rank));
      }
    }
  }
}
