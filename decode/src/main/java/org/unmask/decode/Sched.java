package org.unmask.decode;

import java.util.List;

/**
 * SchED (arXiv 2512.02892): LLaDA's sampler that ends as soon as the whole answer is decided: when
 * the gap between the two highest logits, averaged over all positions of the answer, reaches a
 * bound that falls smoothly with progress p, all masks get this step's tokens.
 *
 * <pre>
 * linear        high + (low - high) p
 * cosine        low + (high - low) (1 + cos(pi p)) / 2
 * exponential   low + (high - low) exp(-k p)
 * </pre>
 *
 * <p>No code of the authors was at hand; as in Prophet, p counts the running call.
 *
 * @param form of the bound
 * @param high bound at the start
 * @param low bound at the end
 * @param steepness k of the exponential form
 */
record Sched(String form, double high, double low, double steepness) implements UnmaskPolicy {

  private static final String SCHEDULE = "schedule";
  private static final String HIGH = "tau-high";
  private static final String LOW = "tau-low";
  private static final String STEEPNESS = "schedule-k";
  private static final TopK SAMPLER = new TopK(Schedule.EVEN);

  static final Algorithm ALGORITHM =
      Algorithm.named("sched", "most probable first, ends when the whole answer is decided")
          .paper("SchED", "2512.02892")
          .caches("similarity")
          .noOtherCache("all of the answer's rows must be computed at every call")
          .with(
              Parameter.choice(
                  SCHEDULE,
                  "exponential",
                  List.of("linear", "cosine", "exponential"),
                  "how the bound falls"))
          .with(Parameter.number(HIGH, 7.5, 0, Double.MAX_VALUE, "logit gap at the start"))
          .with(Parameter.number(LOW, 2.5, 0, Double.MAX_VALUE, "logit gap at the end"))
          .with(Parameter.number(STEEPNESS, 2.0, 0, 1000, "decay of the exponential form"))
          .scheduled()
          .check(CommonOptions::checkStepsNotAboveTokens)
          .madeOf(
              context -> {
                DecodeOptions options = context.options();
                return Strategy.of(
                    options,
                    new Sched(
                        options.word(SCHEDULE),
                        options.number(HIGH),
                        options.number(LOW),
                        options.number(STEEPNESS)));
              });

  /** Committed positions count too. */
  @Override
  public boolean predicts(Step step, int position) {
    return position >= step.canvas().promptLength();
  }

  @Override
  public void select(Step step, Picks picks) {
    double gap = Prophet.meanGap(step, step.canvas().promptLength(), step.canvas().length());
    double needed = bound((double) (step.call() + 1) / step.context().options().steps());
    if (step.isRecorded()) {
      step.detail("answer_gap", gap);
      step.detail("threshold_used", needed);
    }
    if (gap >= needed) {
      Prophet.fillAll(step, picks);
    } else {
      SAMPLER.select(step, picks);
    }
  }

  /** Returns the gap that ends decoding at progress p in [0, 1]. */
  double bound(double p) {
    return switch (form) {
      case "linear" -> high + (low - high) * p;
      case "cosine" -> low + (high - low) * (1 + StrictMath.cos(StrictMath.PI * p)) / 2;
      default -> low + (high - low) * StrictMath.exp(-steepness * p);
    };
  }
}
