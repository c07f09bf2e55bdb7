package org.unmask.decode;

/**
 * LocalLeap (arXiv 2510.07081): near a position that is sure enough to be unmasked, an anchor, a
 * lower threshold will do. The best position is always unmasked.
 *
 * @param threshold what an anchor must reach
 * @param relaxed what a position near an anchor must reach
 * @param radius how near, on both sides
 */
record LocalLeap(double threshold, double relaxed, int radius) implements UnmaskPolicy {

  private static final String RELAXED_THRESHOLD = "relaxed-threshold";
  private static final String RADIUS = "radius";

  static final Algorithm ALGORITHM =
      Algorithm.named("localleap", "a lower threshold near sure positions")
          .paper("LocalLeap", "2510.07081")
          .anyCache()
          .withDefault(CommonOptions.BLOCK_LENGTH, 32)
          .with(Threshold.parameter(0.9))
          .with(
              Parameter.number(
                  RELAXED_THRESHOLD, 0.75, 0, 1, "least certainty near a position above threshold"))
          .with(Parameter.integer(RADIUS, 4, 0, Integer.MAX_VALUE, "how far near reaches"))
          .madeOf(
              context -> {
                DecodeOptions options = context.options();
                return Strategy.of(
                    options,
                    new LocalLeap(
                        options.number(Threshold.THRESHOLD),
                        options.number(RELAXED_THRESHOLD),
                        options.integer(RADIUS)));
              });

  @Override
  public void select(Step step, Picks picks) {
    picks.add(step.ranked(0));
    for (int rank = 1; rank < step.candidates(); rank++) {
      int row = step.ranked(rank);
      double needed = isNearAnchor(step, row) ? relaxed : threshold;
      if (step.score(row) >= Math.min(needed, threshold)) {
        picks.add(row);
      }
    }
  }

  private boolean isNearAnchor(Step step, int row) {
    for (int i = 0; i < step.candidates(); i++) {
      int other = step.candidate(i);
      if (step.score(other) >= threshold
          && Math.abs(step.position(other) - step.position(row)) <= radius) {
        return true;
      }
    }
    return false;
  }
}
