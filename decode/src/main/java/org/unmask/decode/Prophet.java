package org.unmask.decode;

import org.unmask.model.Predictions;

/**
 * Prophet (arXiv 2508.19982): LLaDA's sampler that ends as soon as the answer is decided: when the
 * gap between the two highest logits, averaged over the answer's positions, reaches a bound that
 * falls with progress, all masks get this step's tokens.
 *
 * @param answerStart first position of the answer, from the start of the response
 * @param answerLength how many positions are averaged
 * @param early bound before a third of the steps
 * @param mid bound before two thirds
 * @param late bound after that
 */
record Prophet(int answerStart, int answerLength, double early, double mid, double late)
    implements UnmaskPolicy {

  private static final String ANSWER_START = "answer-start";
  private static final String ANSWER_LENGTH = "answer-length";
  private static final String EARLY = "threshold-early";
  private static final String MID = "threshold-mid";
  private static final String LATE = "threshold-late";
  private static final TopK SAMPLER = new TopK(Schedule.EVEN);

  static final Algorithm ALGORITHM =
      Algorithm.named("prophet", "most probable first, ends when the answer is decided")
          .paper("Prophet", "2508.19982")
          .caches("similarity")
          .noOtherCache("the answer's rows must be computed at every call")
          .with(
              Parameter.integer(
                  ANSWER_START, 0, 0, Integer.MAX_VALUE, "first response position of the answer"))
          .with(
              Parameter.integer(
                  ANSWER_LENGTH, 5, 1, Integer.MAX_VALUE, "positions whose gap is averaged"))
          .with(gap(EARLY, 7.5, "first third"))
          .with(gap(MID, 5.0, "second third"))
          .with(gap(LATE, 2.5, "last third"))
          .scheduled()
          .check(CommonOptions::checkStepsNotAboveTokens)
          .check(Prophet::checkAnswer)
          .madeOf(
              context -> {
                DecodeOptions options = context.options();
                Prophet policy =
                    new Prophet(
                        options.integer(ANSWER_START),
                        options.integer(ANSWER_LENGTH),
                        options.number(EARLY),
                        options.number(MID),
                        options.number(LATE));
                return Strategy.of(options, policy);
              });

  private static Parameter gap(String name, double usual, String when) {
    return Parameter.number(
        name, usual, 0, Double.MAX_VALUE, "logit gap that ends decoding in the " + when);
  }

  private static void checkAnswer(DecodeOptions options) {
    if (options.integer(ANSWER_START) >= options.genLength()) {
      throw new IllegalArgumentException(
          "answer-start "
              + options.integer(ANSWER_START)
              + " lies behind the generation length "
              + options.genLength()
              + "; count from the start of the response");
    }
  }

  private boolean isAnswer(Step step, int position) {
    int start = step.canvas().promptLength() + answerStart;
    return position >= start && position < start + answerLength;
  }

  /** Every mask may be filled by the exit. */
  @Override
  public boolean predicts(Step step, int position) {
    return step.canvas().isMasked(position) || isAnswer(step, position);
  }

  @Override
  public void select(Step step, Picks picks) {
    int start = step.canvas().promptLength() + answerStart;
    double gap = meanGap(step, start, start + answerLength);
    step.detail("answer_gap", gap);
    double progress = (double) (step.call() + 1) / step.context().options().steps();
    double needed = progress < 0.33 ? early : progress < 0.67 ? mid : late;
    if (gap < needed) {
      SAMPLER.select(step, picks);
      return;
    }
    fillAll(step, picks);
  }

  /** Takes every mask there is, also those of later blocks. */
  static void fillAll(Step step, Picks picks) {
    for (int row = 0; row < step.rows(); row++) {
      if (step.canvas().isMasked(step.position(row))) {
        picks.add(row);
      }
    }
  }

  /** Returns the mean gap between the two highest logits of the predicted rows in [from, to). */
  static double meanGap(Step step, int from, int to) {
    Predictions predictions = step.predictions();
    double sum = 0;
    int count = 0;
    for (int row = 0; row < step.rows(); row++) {
      if (step.position(row) >= from && step.position(row) < to) {
        sum += StrictMath.log(predictions.top(row)) - StrictMath.log(predictions.second(row));
        count++;
      }
    }
    return sum / count;
  }
}
