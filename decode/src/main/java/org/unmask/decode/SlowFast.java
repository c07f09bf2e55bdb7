package org.unmask.decode;

/**
 * SlowFast (arXiv 2506.10848): explores with a fixed number of calls how far the network is sure of
 * itself, then fills that span quickly, and goes on behind it.
 *
 * <p>Slow calls unmask what is sure, or the best position, anywhere from the span's start to the
 * block's end, and estimate the span's end: behind the farthest mask that is at least half sure.
 * The end is settled when the last estimates agree, at the latest after the last slow call; the
 * calls are made all the same, also when nothing is left to unmask. Fast calls unmask inside the
 * span only, and all but the first do not feed what lies behind it. Belongs to one sequence.
 */
final class SlowFast implements UnmaskPolicy, CachePolicy, Remasker {

  private static final String K_EXPLORATION_STEPS = "k-exploration-steps";
  private static final String CYCLE_LEN_CONFIDENCE_THRESHOLD = "cycle-len-confidence-threshold";
  private static final String STABILITY_WINDOW = "cycle-length-stability-window";
  private static final String STABILITY_STD_DEV = "cycle-length-stability-std-dev-threshold";
  private static final String HIGH_CONFIDENCE_THRESHOLD = "high-confidence-threshold";

  static final Algorithm ALGORITHM =
      Algorithm.named("slowfast", "explores a sure span, then fills it quickly")
          .paper("SlowFast Sampling", "2506.10848")
          .noOtherCache("the fast phase leaves out what lies behind the span")
          .with(Parameter.integer(K_EXPLORATION_STEPS, 6, 1, 1000, "slow calls per span"))
          .with(
              Parameter.number(
                  CYCLE_LEN_CONFIDENCE_THRESHOLD, 0.3, 0, 1, "certainty that extends the span"))
          .with(Parameter.integer(STABILITY_WINDOW, 2, 1, 1000, "estimates that must agree"))
          .with(
              Parameter.number(
                  STABILITY_STD_DEV, 1.0, 0, Double.MAX_VALUE, "deviation they must stay below"))
          .with(
              Parameter.number(
                  HIGH_CONFIDENCE_THRESHOLD, 0.9, 0, 1, "certainty to unmask several at once"))
          .madeOf(
              context -> {
                SlowFast rule = new SlowFast(context.options());
                return Strategy.of(context.options(), rule)
                    .withCache(rule)
                    .withRemasker(rule)
                    .holdingBlock(step -> !rule.isFast && rule.calls < rule.slowCalls);
              });

  private final int slowCalls;
  private final double highThreshold;
  private final SpanEstimate span;
  private int subCycle;
  private int calls;
  private int spanStart;
  private boolean isFast;

  private SlowFast(DecodeOptions options) {
    slowCalls = options.integer(K_EXPLORATION_STEPS);
    highThreshold = options.number(HIGH_CONFIDENCE_THRESHOLD);
    span =
        new SpanEstimate(
            options.number(CYCLE_LEN_CONFIDENCE_THRESHOLD),
            options.integer(STABILITY_WINDOW),
            options.number(STABILITY_STD_DEV));
  }

  @Override
  public boolean needsCache() {
    return false;
  }

  private void startSpan(int start) {
    subCycle++;
    spanStart = start;
    calls = 0;
    span.clear();
    isFast = false;
  }

  @Override
  public DecodeStep.Kind feed(Step step, Feed feed) {
    int start = step.blockStart();
    if (step.index() == 0) {
      subCycle = 0;
      startSpan(0);
    } else if (calls >= slowCalls) {
      isFast = true;
      if (step.canvas().masks(start + spanStart, start + span.end()) == 0) {
        startSpan(span.end());
      }
    }
    boolean isShort = isFast && calls > slowCalls;
    feed.slice(step.canvas(), 0, isShort ? start + span.end() : step.canvas().length());
    return DecodeStep.Kind.DENOISE;
  }

  @Override
  public void select(Step step, Picks picks) {
    int start = step.blockStart() + spanStart;
    int end = isFast ? step.blockStart() + span.end() : step.blockEnd();
    int best = -1;
    for (int rank = 0; rank < step.candidates(); rank++) {
      int row = step.ranked(rank);
      if (step.position(row) >= start && step.position(row) < end) {
        best = best < 0 ? row : best;
        if (step.score(row) >= highThreshold) {
          picks.add(row);
        }
      }
    }
    if (picks.count() < 2) {
      picks.clear();
      picks.add(best);
    }
  }

  @Override
  public void revise(Step step, Edits edits) {
    if (!isFast && !span.isSettled()) {
      span.add(step, spanStart);
      if (calls == slowCalls - 1) {
        span.settle();
      }
    }
    if (step.isRecorded()) {
      step.detail("sub_cycle", subCycle);
      step.detail("call_in_sub_cycle", calls);
      step.detail("phase", isFast ? "fast" : "slow");
      step.detail("span_start", spanStart);
      step.detail("span_end", span.end());
      step.detail("span_history", span.history());
      step.detail("span_determined", span.isSettled());
    }
    calls++;
  }
}
