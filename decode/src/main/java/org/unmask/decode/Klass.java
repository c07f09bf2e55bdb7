package org.unmask.decode;

import java.util.List;

/**
 * KLASS (arXiv 2511.05664): unmasks positions that are sure and whose distribution has changed
 * little, by KL divergence, in each of the last steps. If there is none, it takes the step's quota
 * of the surest ones.
 *
 * <p>The released LLaDA and Dream decoders differ. LLaDA's works in blocks, wants the confidence
 * above the threshold, and not before a block's step {@code kl-history-length}; without a ready
 * position it takes the quota of an even schedule, here never more than there are masks. Dream's
 * has no blocks, lets the threshold itself do, and takes one token. Belongs to one sequence.
 */
final class Klass implements UnmaskPolicy {

  private static final String CONF_THRESHOLD = "conf-threshold";
  private static final String KL_THRESHOLD = "kl-threshold";
  private static final String KL_HISTORY_LENGTH = "kl-history-length";
  private static final String UNMASK_STRATEGY = "unmask-strategy";

  static final Algorithm ALGORITHM =
      Algorithm.named("klass", "positions that are sure and have settled")
          .paper("KLASS", "2511.05664")
          .caches("prefix", "window", "similarity")
          .noOtherCache("the rule follows the distribution of every mask at every call")
          .withDefault(CommonOptions.BLOCK_LENGTH, 64)
          .with(Parameter.number(CONF_THRESHOLD, 0.9, 0, 1, "certainty a position must exceed"))
          .with(
              Parameter.number(
                  KL_THRESHOLD, 0.01, 0, Double.MAX_VALUE, "change it must stay below, in nats"))
          .with(Parameter.integer(KL_HISTORY_LENGTH, 2, 1, 64, "for how many steps"))
          .with(
              Parameter.choice(
                  UNMASK_STRATEGY,
                  "all",
                  List.of("all", "max-conf", "min-kl", "random"),
                  "unmask all ready positions, or of them the surest, most settled or any one"))
          .with(
              Parameter.choice(
                  "variant",
                  "auto",
                  List.of("auto", "llada", "dream"),
                  "which released decoder; auto goes by the model"))
          .scheduled()
          .madeOf(context -> Strategy.of(context.options(), new Klass(context)));

  private final double confidenceThreshold;
  private final double klThreshold;
  private final int historyLength;
  private final String unmaskStrategy;
  private final boolean isDream;
  private final Drift drift;

  private Klass(DecodeContext context) {
    DecodeOptions options = context.options();
    confidenceThreshold = options.number(CONF_THRESHOLD);
    klThreshold = options.number(KL_THRESHOLD);
    historyLength = options.integer(KL_HISTORY_LENGTH);
    unmaskStrategy = options.word(UNMASK_STRATEGY);
    isDream =
        options.word("variant").equals("auto")
            ? context.denoiser().shift() == 1
            : options.word("variant").equals("dream");
    int length = context.request().prompt().length + options.genLength();
    drift = new Drift(length, historyLength, context.suppressed());
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
  public void select(Step step, Picks picks) {
    for (int row = 0; row < step.rows(); row++) {
      drift.follow(step.position(row), step.predictions(), row);
    }
    for (int i = 0; i < step.candidates(); i++) {
      if (isReady(step, step.candidate(i))) {
        picks.add(step.candidate(i));
      }
    }
    if (step.isRecorded()) {
      step.detail("ready", step.relatives(picks.ascending()));
      step.detail("fallback", picks.count() == 0);
    }
    if (picks.count() == 0) {
      fallBack(step, picks);
    } else if (!unmaskStrategy.equals("all")) {
      keepOne(step, picks);
    }
    if (step.isRecorded()) {
      step.detail("kl", picks.ascending().mapToObj(r -> drift.kl(step.position(r), 0)).toList());
    }
  }

  private boolean isReady(Step step, int row) {
    double confidence = step.confidence(row);
    boolean isSure =
        isDream
            ? confidence >= confidenceThreshold
            : confidence > confidenceThreshold && step.index() >= historyLength - 1;
    for (int age = 0; isSure && age < historyLength; age++) {
      isSure = drift.isBelow(klThreshold, step.position(row), age);
    }
    return isSure;
  }

  private void fallBack(Step step, Picks picks) {
    int quota =
        isDream
            ? 1
            : Schedule.EVEN.quota(
                step.index(), step.stepsPerBlock(), step.masksAtEntry(), step.candidates());
    for (int rank = 0; rank < Math.max(1, quota); rank++) {
      picks.add(step.ranked(rank));
    }
  }

  private void keepOne(Step step, Picks picks) {
    int best = picks.row(0);
    if (unmaskStrategy.equals("random")) {
      double drawn = step.context().uniform(step.call(), 0, Noise.Purpose.POSITION);
      best = picks.row((int) (drawn * picks.count()));
    }
    for (int i = 1; i < picks.count() && !unmaskStrategy.equals("random"); i++) {
      int row = picks.row(i);
      boolean isBetter =
          unmaskStrategy.equals("min-kl")
              ? drift.kl(step.position(row), 0) < drift.kl(step.position(best), 0)
              : step.confidence(row) > step.confidence(best);
      best = isBetter ? row : best;
    }
    picks.clear();
    picks.add(best);
  }
}
