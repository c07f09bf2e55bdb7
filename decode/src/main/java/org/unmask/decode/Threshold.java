package org.unmask.decode;

/**
 * Fast-dLLM's confidence-aware parallel decoding (arXiv 2505.22618): unmasks every position whose
 * score reaches a threshold, and always the best one.
 *
 * @param threshold tau; a score equal to it is enough
 */
record Threshold(double threshold) implements UnmaskPolicy {

  static final String THRESHOLD = "threshold";
  static final String FIRST_RELEASE = "first-release";

  static final Algorithm ALGORITHM =
      Score.options(
              Algorithm.named("threshold", "all positions whose certainty reaches a threshold"))
          .paper("Fast-dLLM", "2505.22618")
          .anyCache()
          .withDefault(CommonOptions.BLOCK_LENGTH, 32)
          .with(parameter(0.9))
          .with(firstRelease())
          .madeOf(
              context -> {
                DecodeOptions options = context.options();
                return fastDllm(options, new Threshold(options.number(THRESHOLD)));
              });

  static Parameter parameter(double usual) {
    return Parameter.number(THRESHOLD, usual, 0, 1, "least certainty to unmask");
  }

  static Parameter firstRelease() {
    return Parameter.flag(
        FIRST_RELEASE,
        false,
        "with a cache, make one more call although the block's first call filled it");
  }

  /** Fast-dLLM's frame: any score, any of its caches, and the first release's idle call. */
  static Strategy fastDllm(DecodeOptions options, UnmaskPolicy policy) {
    Strategy strategy = Strategy.of(options, policy).withScorer(Score.of(options));
    boolean idles = options.flag(FIRST_RELEASE) && strategy.cache().needsCache();
    return idles ? strategy.holdingBlock(step -> step.index() < 2) : strategy;
  }

  @Override
  public void select(Step step, Picks picks) {
    picks.add(step.ranked(0));
    for (int rank = 1; rank < step.candidates(); rank++) {
      int row = step.ranked(rank);
      if (step.score(row) < threshold) {
        return;
      }
      picks.add(row);
    }
  }
}
