package org.unmask.decode;

/**
 * Fast-dLLM's threshold for Dream (arXiv 2505.22618), without a cache: of the positions that an
 * even schedule would have unmasked by now, the best one and all others that reach the threshold;
 * after the last step, more steps until all are unmasked. With a cache it is the plain threshold.
 *
 * @param threshold tau; a score equal to it is enough
 */
record DreamThreshold(double threshold) implements UnmaskPolicy {

  static final Algorithm ALGORITHM =
      DreamSampler.dream("dream-confidence-threshold", "a step's quota, cut off at a threshold")
          .paper("Fast-dLLM", "2505.22618")
          .caches("prefix", "dual", "window", "similarity")
          .noOtherCache(DreamSampler.CACHE_REASON)
          .with(Threshold.parameter(0.9))
          .madeOf(
              context -> {
                double threshold = context.options().number(Threshold.THRESHOLD);
                boolean isSliced =
                    context.options().cache().equals("prefix")
                        || context.options().cache().equals("dual");
                return DreamSampler.strategy(
                    context, isSliced ? new Threshold(threshold) : new DreamThreshold(threshold));
              });

  @Override
  public void select(Step step, Picks picks) {
    int left = step.candidates();
    int due = left;
    if (step.index() < step.stepsPerBlock() - 1) {
      int perStep = step.masksAtEntry() / step.stepsPerBlock();
      int unmasked = step.masksAtEntry() - left;
      due = Math.clamp((long) perStep * (step.index() + 1) - unmasked, 1, left);
    }
    picks.add(step.ranked(0));
    for (int rank = 1; rank < due; rank++) {
      if (step.score(step.ranked(rank)) >= threshold) {
        picks.add(step.ranked(rank));
      }
    }
  }
}
