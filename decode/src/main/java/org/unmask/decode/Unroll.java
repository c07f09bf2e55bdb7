package org.unmask.decode;

/**
 * dInfer's loop (arXiv 2510.08666): several calls are made between two looks at whether the block
 * is full, and a cache is filled by a full call that is followed at once by calls on the slice.
 * Calls that unmask nothing occur and count.
 *
 * <p>The vicinity cache is a dual cache that also recomputes some rows before and behind the block.
 * Belongs to one sequence.
 */
final class Unroll implements CachePolicy, StopRule {

  private static final String EXPECTED_TPF = "expected-tpf";
  private static final String MAXIMUM_UNROLL = "maximum-unroll";
  private static final String PREFIX_LOOK = "prefix-look";
  private static final String AFTER_LOOK = "after-look";
  private static final String WARMUP_STEPS = "warmup-steps";
  private static final String STOP_AT_EOS = "stop-at-eos";
  private static final String EARLY_STOP = "early-stop";

  private final DecodeContext context;
  private final String cache;
  private final int expected;
  private final int most;
  private final int before;
  private final int after;
  private final int warmup;
  private int remaining;
  private boolean isRefreshed;
  private boolean isFilled;
  private int filledBlock;

  private Unroll(DecodeContext context) {
    DecodeOptions options = context.options();
    this.context = context;
    cache = options.cache();
    expected = options.integer(EXPECTED_TPF);
    most = options.integer(MAXIMUM_UNROLL);
    before = cache.equals("vicinity") ? options.integer(PREFIX_LOOK) : 0;
    after = cache.equals("vicinity") ? options.integer(AFTER_LOOK) : 0;
    warmup = options.integer(WARMUP_STEPS);
  }

  /** Adds the loop's options to an algorithm's. */
  static Algorithm.Builder options(Algorithm.Builder algorithm) {
    return algorithm
        .caches("prefix", "dual", "vicinity")
        .noOtherCache("dInfer's loop fills its caches by calls of its own")
        .withDefault(CommonOptions.BLOCK_LENGTH, 32)
        .with(Parameter.integer(EXPECTED_TPF, 8, 1, 1000, "tokens a call is expected to unmask"))
        .with(Parameter.integer(MAXIMUM_UNROLL, 4, 1, 1000, "most calls between two checks"))
        .with(Parameter.integer(PREFIX_LOOK, 16, 0, 100000, "vicinity rows before the block"))
        .with(Parameter.integer(AFTER_LOOK, 16, 0, 100000, "vicinity rows behind the block"))
        .with(Parameter.integer(WARMUP_STEPS, 0, 0, 100000, "first calls that use no cache"))
        .with(Parameter.flag(STOP_AT_EOS, true, "end once a finished block has the end token"))
        .with(Parameter.flag(EARLY_STOP, true, "fill up with the end token once a block has one"))
        .with(CommonOptions.eosId());
  }

  /** Puts a policy into the loop. */
  static Strategy loop(DecodeContext context, UnmaskPolicy policy) {
    Unroll loop = new Unroll(context);
    Strategy strategy = Strategy.of(context.options(), policy, loop);
    return strategy.withStop(loop).holdingBlock(step -> loop.remaining > 0);
  }

  @Override
  public boolean needsCache() {
    return !cache.equals("none");
  }

  @Override
  public DecodeStep.Kind feed(Step step, Feed feed) {
    int length = step.canvas().length();
    boolean isCached = needsCache() && step.call() >= warmup;
    if (remaining == 0) {
      int masks = step.canvas().masks(step.blockStart(), step.blockEnd());
      remaining = Math.clamp((long) (masks / expected), 1, most);
    }
    if (isCached && !isRefreshed && mustRefresh(step.block())) {
      isRefreshed = true;
      feed.slice(step.canvas(), 0, length);
      return DecodeStep.Kind.PREFILL;
    }
    isRefreshed = false;
    remaining--;
    if (!isCached) {
      feed.slice(step.canvas(), 0, length);
    } else {
      int end = cache.equals("prefix") ? length : Math.min(step.blockEnd() + after, length);
      feed.slice(step.canvas(), Math.max(0, step.blockStart() - before), end);
      feed.query().keys(length);
    }
    return DecodeStep.Kind.DENOISE;
  }

  /**
   * A cache is filled at every block's entry. As released, the vicinity cache does not take down
   * for which block it was filled first, so if the warm-up ends in a later block, it is filled
   * twice.
   */
  private boolean mustRefresh(int block) {
    boolean isFirst = !isFilled;
    isFilled = true;
    if (isFirst) {
      filledBlock = cache.equals("vicinity") ? 0 : block;
      return true;
    }
    boolean isNew = block != filledBlock;
    filledBlock = block;
    return isNew;
  }

  @Override
  public boolean stops(Step step, Edits edits) {
    if (!context.options().flag(STOP_AT_EOS)
        || remaining > 0
        || step.masksLeft() > 0
        || step.blockEnd() == step.canvas().length()) {
      return false;
    }
    for (int position = step.blockStart(); position < step.blockEnd(); position++) {
      int token = step.canvas().token(position);
      if (context.isEnd(token)) {
        if (context.options().flag(EARLY_STOP)) {
          edits.fill(step.blockEnd(), token);
        }
        return true;
      }
    }
    return false;
  }
}
