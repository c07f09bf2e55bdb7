package org.unmask.decode;

/**
 * Fast-dLLM's factor rule (arXiv 2505.22618, theorem 1): of the scores in descending order, unmasks
 * the longest prefix in which the n-th is at least {@code 1 - factor / (n + 1)}; the first is
 * exempt.
 *
 * <p>The released code also unmasks the last candidate if it is the only one that fails. Golden
 * traces and ParallelBench were made that way, so it is the default here; {@code factor-quirk
 * false} gives the rule of the paper.
 *
 * @param factor f, at least 0
 * @param swallowsLast whether a failing last candidate goes along
 */
record Factor(double factor, boolean swallowsLast) implements UnmaskPolicy {

  static final String FACTOR = "factor";
  static final String QUIRK = "factor-quirk";

  static final Algorithm ALGORITHM =
      Score.options(
              Algorithm.named("factor", "as many positions as their certainties together bear"))
          .paper("Fast-dLLM", "2505.22618")
          .anyCache()
          .withDefault(CommonOptions.BLOCK_LENGTH, 32)
          .with(
              Parameter.number(
                  FACTOR, 1.0, 0, Double.MAX_VALUE, "the larger, the more tokens at a time"))
          .with(
              Parameter.flag(
                  QUIRK, true, "unmask the last candidate too if only it fails, as released"))
          .with(Threshold.firstRelease())
          .madeOf(
              context -> {
                DecodeOptions options = context.options();
                return Threshold.fastDllm(
                    options, new Factor(options.number(FACTOR), options.flag(QUIRK)));
              });

  @Override
  public void select(Step step, Picks picks) {
    int count = step.candidates();
    int accepted = 1;
    while (accepted < count && step.score(step.ranked(accepted)) >= 1 - factor / (accepted + 2)) {
      accepted++;
    }
    if (swallowsLast && accepted == count - 1) {
      accepted = count;
    }
    for (int rank = 0; rank < accepted; rank++) {
      picks.add(step.ranked(rank));
    }
  }
}
