package org.unmask.decode;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
  private static final double FLOOR = 1e-12;

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
                  List.of("all", "max-conf", "min-kl"),
                  "unmask all ready positions, the surest, or the most settled"))
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
  private final int suppressed;
  private final float[] @Nullable [] previous;
  private final double[][] history;
  private double[] probabilities = {};

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
    suppressed = context.suppressed();
    int length = context.request().prompt().length + options.genLength();
    previous = new float[length][];
    history = new double[length][historyLength];
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
      follow(step, row);
    }
    for (int i = 0; i < step.candidates(); i++) {
      if (isReady(step, step.candidate(i))) {
        picks.add(step.candidate(i));
      }
    }
    if (step.isRecorded()) {
      step.detail("ready", positions(step, picks));
      step.detail("fallback", picks.count() == 0);
    }
    if (picks.count() == 0) {
      fallBack(step, picks);
    } else if (!unmaskStrategy.equals("all")) {
      keepOne(step, picks);
    }
    if (step.isRecorded()) {
      step.detail("kl", lastKls(step, picks));
    }
  }

  private void follow(Step step, int row) {
    int vocabSize = step.predictions().vocabSize();
    if (probabilities.length < vocabSize) {
      probabilities = new double[vocabSize];
    }
    Softmax.load(step.predictions(), row, suppressed, probabilities);
    Softmax.normalise(probabilities, vocabSize);
    int position = step.position(row);
    float[] before = previous[position];
    boolean isFirst = before == null;
    if (before == null) {
      before = new float[vocabSize];
      previous[position] = before;
    }
    double divergence = 0;
    for (int v = 0; v < vocabSize; v++) {
      double p = probabilities[v];
      if (p > 0) {
        divergence += p * StrictMath.log((p + FLOOR) / ((isFirst ? 0 : before[v]) + FLOOR));
      }
      before[v] = (float) p;
    }
    double[] kls = history[position];
    System.arraycopy(kls, 1, kls, 0, historyLength - 1);
    kls[historyLength - 1] = divergence;
  }

  private boolean isReady(Step step, int row) {
    double confidence = step.confidence(row);
    boolean isSure =
        isDream
            ? confidence >= confidenceThreshold
            : confidence > confidenceThreshold && step.index() >= historyLength - 1;
    for (double kl : history[step.position(row)]) {
      isSure &= kl < klThreshold;
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
    for (int i = 1; i < picks.count(); i++) {
      int row = picks.row(i);
      boolean isBetter =
          unmaskStrategy.equals("min-kl")
              ? lastKl(step, row) < lastKl(step, best)
              : step.confidence(row) > step.confidence(best);
      best = isBetter ? row : best;
    }
    picks.clear();
    picks.add(best);
  }

  private double lastKl(Step step, int row) {
    return history[step.position(row)][historyLength - 1];
  }

  private static List<Integer> positions(Step step, Picks picks) {
    List<Integer> positions = new ArrayList<>();
    for (int i = 0; i < picks.count(); i++) {
      positions.add(step.relative(step.position(picks.row(i))));
    }
    return positions;
  }

  private List<Double> lastKls(Step step, Picks picks) {
    return picks.ascending().mapToObj(row -> lastKl(step, row)).toList();
  }
}
