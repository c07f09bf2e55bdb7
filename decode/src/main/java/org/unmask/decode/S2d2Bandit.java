package org.unmask.decode;

import java.util.List;

/**
 * S2D2's learning router (arXiv 2603.25702): an upper-confidence-bound bandit that decides, by the
 * run's length, the block's progress and the mean entropy, which of checking and not checking gives
 * more tokens a call. Starts anew with every sequence; untried decisions go first, ties check.
 */
final class S2d2Bandit {

  private static final String BETA = "ucb-beta";
  private static final String SPAN_BINS = "ucb-span-length-bins";
  private static final String PROGRESS_BINS = "ucb-block-progress-bins";
  private static final String ENTROPY_BINS = "ucb-entropy-bins";
  private static final String ENTROPY_SOURCE = "ucb-entropy-source";

  private final DecodeOptions options;
  private final double[][] reward;
  private final int[][] count;
  private int decisions;
  private int context;
  private int action = -1;

  S2d2Bandit(DecodeOptions options) {
    this.options = options;
    int contexts =
        options.integer(SPAN_BINS) * options.integer(PROGRESS_BINS) * options.integer(ENTROPY_BINS);
    reward = new double[2][contexts];
    count = new int[2][contexts];
  }

  static Algorithm.Builder options(Algorithm.Builder algorithm) {
    return algorithm
        .with(Parameter.number(BETA, 1.0, 0, 1e9, "bandit: weight of what is little tried"))
        .with(Parameter.integer(SPAN_BINS, 2, 1, 100, "bandit: classes of the run's length"))
        .with(Parameter.integer(PROGRESS_BINS, 2, 1, 100, "bandit: classes of the progress"))
        .with(Parameter.integer(ENTROPY_BINS, 2, 1, 100, "bandit: classes of the entropy"))
        .with(
            Parameter.choice(
                ENTROPY_SOURCE,
                "span",
                List.of("span", "masked"),
                "bandit: entropy of the run's masks or of all in the block"));
  }

  /** Decides whether to check the first {@code length} candidates. */
  boolean checks(Step step, int length) {
    decisions++;
    int blockLength = step.blockEnd() - step.blockStart();
    double progress = 1 - (double) step.candidates() / blockLength;
    int measured = options.word(ENTROPY_SOURCE).equals("span") ? length : step.candidates();
    double entropy = 0;
    for (int i = 0; i < measured; i++) {
      entropy += step.predictions().entropy(step.candidate(i)) / measured;
    }
    entropy /= StrictMath.log(step.context().denoiser().vocabSize());
    double span = blockLength > 1 ? (length - 1.0) / (blockLength - 1) : 0;
    context = bin(span, options.integer(SPAN_BINS));
    context =
        context * options.integer(PROGRESS_BINS) + bin(progress, options.integer(PROGRESS_BINS));
    context = context * options.integer(ENTROPY_BINS) + bin(entropy, options.integer(ENTROPY_BINS));
    action = bound(1) >= bound(0) ? 1 : 0;
    return action == 1;
  }

  private static int bin(double share, int bins) {
    return Math.clamp((long) (share * bins), 0, bins - 1);
  }

  private double bound(int each) {
    int tried = count[each][context];
    return tried == 0
        ? Double.POSITIVE_INFINITY
        : reward[each][context] / tried
            + options.number(BETA) * Math.sqrt(StrictMath.log(decisions) / tried);
  }

  /** Learns what the last decision gave. */
  void reward(double tokensPerCall) {
    if (action >= 0) {
      reward[action][context] += tokensPerCall;
      count[action][context]++;
      action = -1;
    }
  }
}
