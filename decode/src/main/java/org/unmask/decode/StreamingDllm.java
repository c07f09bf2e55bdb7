package org.unmask.decode;

/**
 * Streaming-dLLM (arXiv 2601.17917): a prefix cache that feeds, beyond the block, only the next few
 * masks and the last position, a threshold that falls as the fed rows fill up, and an end as soon
 * as a finished block holds the end token.
 *
 * <p>The last position follows the window without a gap in the cache and keeps its true rotary
 * position. The first call of a block uses the plain threshold. Belongs to one sequence.
 */
final class StreamingDllm implements UnmaskPolicy, CachePolicy, StopRule {

  private static final String WINDOW_SIZE = "window-size";
  private static final String CONFIDENCE_ALPHA = "confidence-alpha";

  static final Algorithm ALGORITHM =
      Algorithm.named("streaming", "threshold with a pruned suffix and an early end")
          .paper("Streaming-dLLM", "2601.17917")
          .noOtherCache("its pruned prefix cache is part of the method")
          .with(CommonOptions.cache(java.util.List.of("prefix")).withDefault("prefix"))
          .withDefault(CommonOptions.BLOCK_LENGTH, 32)
          .with(Threshold.parameter(0.9))
          .with(
              Parameter.integer(
                  WINDOW_SIZE, 32, 0, Integer.MAX_VALUE, "masks fed beyond the block"))
          .with(
              Parameter.number(
                  CONFIDENCE_ALPHA, 0.3, 0, 1, "how far the threshold falls as rows fill up"))
          .with(CommonOptions.eosId())
          .madeOf(
              context -> {
                StreamingDllm rule = new StreamingDllm(context);
                return Strategy.of(context.options(), rule).withCache(rule).withStop(rule);
              });

  private final double threshold;
  private final double alpha;
  private final int window;
  private final DecodeContext context;
  private int masksFed;
  private int rowsFed;

  private StreamingDllm(DecodeContext context) {
    this.context = context;
    threshold = context.options().number(Threshold.THRESHOLD);
    alpha = context.options().number(CONFIDENCE_ALPHA);
    window = context.options().integer(WINDOW_SIZE);
  }

  @Override
  public DecodeStep.Kind feed(Step step, Feed feed) {
    Canvas canvas = step.canvas();
    boolean isEntry = step.index() == 0;
    int from = isEntry ? 0 : step.blockStart();
    int windowEnd = step.blockEnd() + window;
    boolean isPruned = windowEnd + 1 < canvas.length();
    int last = isPruned ? windowEnd : canvas.length();
    feed.begin(canvas);
    for (int position = from; position < last; position++) {
      feed.add(canvas, position);
    }
    if (isPruned) {
      feed.add(canvas.maskId(), canvas.length() - 1, windowEnd);
    }
    feed.finish(isPruned ? windowEnd + 1 : last);
    rowsFed = feed.count();
    masksFed = canvas.masks(from, last) + (isPruned ? 1 : 0);
    if (step.isRecorded()) {
      step.detail("contiguous_until", step.relative(last));
      step.detail("last_position_id", step.relative(canvas.length() - 1));
    }
    return isEntry ? DecodeStep.Kind.PREFILL : DecodeStep.Kind.DENOISE;
  }

  @Override
  public void select(Step step, Picks picks) {
    double ratio = (double) masksFed / rowsFed;
    double needed = step.index() == 0 ? threshold : threshold * (1 - alpha * (1 - ratio));
    new Threshold(needed).select(step, picks);
    step.detail("threshold_used", needed);
  }

  @Override
  public boolean stops(Step step, Edits edits) {
    Canvas canvas = step.canvas();
    if (step.masksLeft() > 0) {
      return false;
    }
    for (int position = step.blockStart(); position < step.blockEnd(); position++) {
      if (context.isEnd(canvas.token(position))) {
        if (step.blockEnd() < canvas.length()) {
          edits.fill(step.blockEnd(), canvas.token(position));
        }
        return true;
      }
    }
    return false;
  }
}
