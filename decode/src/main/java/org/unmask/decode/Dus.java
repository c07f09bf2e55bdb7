package org.unmask.decode;

/**
 * DUS, dilated unmasking (arXiv 2506.19037): a block of B positions is unmasked in about log2(B)
 * rounds by position alone, far apart ones first: every (B/2)-th position, then every (B/4)-th, and
 * so on to all. No certainty is needed.
 *
 * <p>The strides are our reading of the paper; its code was not available. A remask threshold, as
 * ParallelBench's site uses, sets tokens unmasked below it back to the mask, except in the last
 * round.
 *
 * @param base by which the stride shrinks each round
 * @param remaskThreshold tokens less sure are set back; 0 for none
 */
record Dus(int base, double remaskThreshold) implements UnmaskPolicy, Remasker {

  private static final String BASE = "base";
  private static final String REMASK_THRESHOLD = "remask-threshold";

  static final Algorithm ALGORITHM =
      Algorithm.named("dus", "positions far apart first, by position alone")
          .paper("DUS", "2506.19037")
          .anyCache()
          .withDefault(CommonOptions.BLOCK_LENGTH, 32)
          .with(Parameter.integer(BASE, 2, 2, 1024, "factor by which the stride shrinks"))
          .with(
              Parameter.number(
                  REMASK_THRESHOLD, 0.0, 0, 1, "tokens less sure are tried again; 0 for none"))
          .check(Dus::checkCache)
          .madeOf(
              context -> {
                DecodeOptions options = context.options();
                Dus rule = new Dus(options.integer(BASE), options.number(REMASK_THRESHOLD));
                return Strategy.of(options, rule).withRemasker(rule);
              });

  private static void checkCache(DecodeOptions options) {
    if (options.number(REMASK_THRESHOLD) > 0 && !options.cache().equals("none")) {
      throw new IllegalArgumentException(
          "remask-threshold "
              + options.number(REMASK_THRESHOLD)
              + " may reopen a block's first position, which cached rows cannot predict for every"
              + " model; use cache none");
    }
  }

  /** Returns the distance of the positions due in a round, at least 1. */
  int stride(int length, int round) {
    long stride = length;
    for (int i = 0; i <= round && stride > 1; i++) {
      stride = Math.ceilDiv(stride, base);
    }
    return (int) stride;
  }

  private int stride(Step step) {
    return stride(step.blockEnd() - step.blockStart(), step.index());
  }

  @Override
  public void select(Step step, Picks picks) {
    int stride = stride(step);
    for (int i = 0; i < step.candidates(); i++) {
      int row = step.candidate(i);
      if ((step.position(row) - step.blockStart()) % stride == 0) {
        picks.add(row);
      }
    }
  }

  @Override
  public void revise(Step step, Edits edits) {
    if (stride(step) > 1) {
      Canvas canvas = step.canvas();
      for (int position = step.blockStart(); position < step.blockEnd(); position++) {
        if (canvas.committedAt(position) == step.call()
            && canvas.confidence(position) < remaskThreshold) {
          edits.remask(position);
        }
      }
    }
  }
}
