package org.unmask.decode;

import org.jspecify.annotations.Nullable;
import org.unmask.model.SoftTokens;

/**
 * ReMix (arXiv 2602.22868): between two calls a mask carries on what the network thought of it. It
 * is fed as a mixture of the mask's embedding and the expected embedding of the last call, unless
 * the two last distributions differ too much. Unmasks what exceeds a threshold, at least the best
 * and at most WINO's cap.
 *
 * <p>As released, all rows are fed at every call, mixtures start with the third call of a sequence
 * and the second of every later block. Unlike there, a reset position is next compared with its own
 * last distribution, not with zeros, from which everything differs too much. Belongs to one
 * sequence.
 */
final class Remix implements UnmaskPolicy {

  private static final String JS_THRESHOLD = "js-threshold";
  private static final String BETA_MIX = "beta-mix";

  static final Algorithm ALGORITHM =
      Algorithm.named("remix", "a threshold, with masks fed as mixtures of what they may become")
          .paper("ReMix", "2602.22868")
          .noOtherCache("every call feeds all masks as new mixtures")
          .with(
              Parameter.number(
                  Threshold.THRESHOLD, 0.9, 0, 1, "certainty that tokens to unmask must exceed"))
          .with(
              Parameter.number(
                  JS_THRESHOLD, 0.3, 0, 1, "divergence of two calls that resets a mask, in nats"))
          .with(Parameter.number(BETA_MIX, 0.5, 0, 1, "weight of the expected embedding"))
          .madeOf(context -> Strategy.of(context.options(), new Remix(context)));

  private final double threshold;
  private final MaskMixtures mixtures;
  private int readyBlock = -1;
  private boolean isReady;

  private Remix(DecodeContext context) {
    DecodeOptions options = context.options();
    threshold = options.number(Threshold.THRESHOLD);
    mixtures =
        new MaskMixtures(context, (float) options.number(BETA_MIX), options.number(JS_THRESHOLD));
  }

  /** Every mask is followed, also those of later blocks. */
  @Override
  public boolean predicts(Step step, int position) {
    return step.canvas().isMasked(position);
  }

  @Override
  public boolean wantsLogits() {
    return true;
  }

  @Override
  public @Nullable SoftTokens softTokens(Step step) {
    isReady &= step.block() == readyBlock;
    readyBlock = step.block();
    return isReady ? mixtures.of(step) : null;
  }

  @Override
  public void select(Step step, Picks picks) {
    int most = Wino.cap(step.candidates());
    picks.add(step.ranked(0));
    for (int rank = 1; rank < Math.min(most, step.candidates()); rank++) {
      if (step.score(step.ranked(rank)) > threshold) {
        picks.add(step.ranked(rank));
      }
    }
    isReady = mixtures.follow(step);
  }
}
