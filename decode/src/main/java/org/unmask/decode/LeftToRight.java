package org.unmask.decode;

/**
 * Unmasks the leftmost masks, a fixed number at every step.
 *
 * @param tokensPerStep how many, or 0 to spread the steps asked for evenly
 */
record LeftToRight(int tokensPerStep) implements UnmaskPolicy {

  private static final String TOKENS_PER_STEP = "tokens-per-step";

  static final Algorithm ALGORITHM =
      Algorithm.named("left-to-right", "leftmost masks first")
          .anyCache()
          .with(
              Parameter.integer(
                  TOKENS_PER_STEP,
                  0,
                  0,
                  Integer.MAX_VALUE,
                  "tokens unmasked at each step; 0 spreads the steps evenly"))
          .scheduled()
          .check(CommonOptions::checkStepsNotAboveTokens)
          .madeOf(
              context -> {
                DecodeOptions options = context.options();
                return Strategy.of(options, new LeftToRight(options.integer(TOKENS_PER_STEP)));
              });

  @Override
  public void select(Step step, Picks picks) {
    int quota =
        tokensPerStep > 0
            ? Math.min(tokensPerStep, step.candidates())
            : Schedule.EVEN.quota(
                step.index(), step.stepsPerBlock(), step.masksAtEntry(), step.candidates());
    for (int i = 0; i < quota; i++) {
      picks.add(step.candidate(i));
    }
  }
}
