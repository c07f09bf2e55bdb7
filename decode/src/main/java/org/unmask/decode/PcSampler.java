package org.unmask.decode;

/**
 * PC-Sampler (arXiv 2508.13021): the certainty is weighed by how rare the token is in a background
 * corpus and falls off exponentially with the position in the block; the even quota goes to the
 * highest scores.
 *
 * <p>The released code also has a linear fall-off over the clipped scores, scaled to [0, 1] over
 * the block's row ({@code linear-position}).
 *
 * @param lambda how steeply the score falls with the position
 * @param alpha upper bound of the score before the fall-off
 * @param isLinear whether the fall-off is linear
 * @param resources background frequencies
 */
record PcSampler(double lambda, double alpha, boolean isLinear, DecodeResources resources)
    implements UnmaskPolicy {

  private static final String LAMBDA = "lambd";
  private static final String ALPHA = "alpha";
  private static final String BACKGROUND_FREQUENCY = "background-frequency";

  static final Algorithm ALGORITHM =
      algorithm("pc", "rare tokens and early positions first", false);
  static final Algorithm LINEAR =
      algorithm("pc-linear", "rare tokens and early positions first, linear fall-off", true);

  private static Algorithm algorithm(String id, String title, boolean isLinear) {
    return Algorithm.named(id, title)
        .paper("PC-Sampler", "2508.13021")
        .anyCache()
        .with(
            Parameter.number(
                LAMBDA, 0.25, 0, Double.MAX_VALUE, "how steeply the score falls with position"))
        .with(Parameter.number(ALPHA, 10.0, 0, Double.MAX_VALUE, "upper bound of the score"))
        .with(
            Parameter.resource(
                BACKGROUND_FREQUENCY,
                "JSON file of the shares of tokens in a corpus; default the same for all"))
        .scheduled()
        .check(CommonOptions::checkStepsNotAboveTokens)
        .madeOf(
            context -> {
              DecodeOptions options = context.options();
              PcSampler policy =
                  new PcSampler(
                      options.number(LAMBDA), options.number(ALPHA), isLinear, context.resources());
              return Strategy.of(options, policy);
            });
  }

  /** The linear score is scaled over the whole block, filled positions included. */
  @Override
  public boolean predicts(Step step, int position) {
    return position >= step.blockStart() && position < step.blockEnd();
  }

  @Override
  public void select(Step step, Picks picks) {
    double[] scores = step.scratch();
    for (int row = 0; row < step.rows(); row++) {
      int position = step.position(row);
      boolean isMasked = step.canvas().isMasked(position);
      double frequency =
          resources.frequency(isMasked ? step.token(row) : step.canvas().token(position));
      double information = -step.confidence(row) * StrictMath.log(frequency + 1e-9);
      scores[row] = Math.min(information, alpha);
    }
    if (isLinear) {
      fallLinearly(step, scores);
    } else {
      for (int row = 0; row < step.rows(); row++) {
        scores[row] *= StrictMath.exp(-lambda * (step.position(row) - step.blockStart()));
      }
    }
    int[] order = step.ordered(scores);
    int quota =
        Schedule.EVEN.quota(
            step.index(), step.stepsPerBlock(), step.masksAtEntry(), step.candidates());
    for (int i = 0; i < quota; i++) {
      picks.add(order[i]);
    }
    if (step.isRecorded()) {
      step.detail("score", picks.ascending().mapToObj(row -> scores[row]).toList());
    }
  }

  private void fallLinearly(Step step, double[] scores) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (int row = 0; row < step.rows(); row++) {
      low = Math.min(low, scores[row]);
      high = Math.max(high, scores[row]);
    }
    int length = step.blockEnd() - step.blockStart();
    for (int row = 0; row < step.rows(); row++) {
      double scaled = high > low ? (scores[row] - low) / (high - low) : 0;
      int position = step.position(row) - step.blockStart();
      scores[row] = (1 - lambda) * scaled + lambda * (length - position) / length;
    }
  }
}
