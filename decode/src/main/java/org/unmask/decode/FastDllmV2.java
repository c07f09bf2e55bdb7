package org.unmask.decode;

import java.util.List;
import org.unmask.model.AttentionMask;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * Fast-dLLM v2 (arXiv 2509.26328): block diffusion of a model adapted from a causal one. A block is
 * decoded sub-block by sub-block with the threshold rule (strictly above, and always the best);
 * when it is full, the call that stores it also gives the next block's first token, causally and
 * for free.
 *
 * <p>Needs logits shifted by one. Ends at an end token with no mask before it, which is kept and
 * the rest cut off. The canvas is rounded up to whole blocks. With the cache of sub-blocks, calls
 * feed the sub-block alone once its first position is unmasked. No trace of the release exists.
 */
final class FastDllmV2 extends Decoding {

  private static final String SMALL_BLOCK_SIZE = "small-block-size";
  private static final String USE_BLOCK_CACHE = "use-block-cache";

  static final Algorithm ALGORITHM =
      Algorithm.named("fast-dllm-v2", "block diffusion in sub-blocks, next block's start for free")
          .paper("Fast-dLLM v2", "2509.26328")
          .freeBlocks()
          .noOtherCache("blocks see no later block, so the exact cache of finished blocks serves")
          .with(CommonOptions.cache(List.of("block-exact")).withDefault("block-exact"))
          .withDefault(CommonOptions.BLOCK_LENGTH, 32)
          .with(Threshold.parameter(0.9))
          .with(Parameter.integer(SMALL_BLOCK_SIZE, 8, 1, 100000, "tokens per sub-block"))
          .with(Parameter.flag(USE_BLOCK_CACHE, false, "feed a sub-block against its stale block"))
          .with(Categorical.topP().withDefault(0.95))
          .with(CommonOptions.eosId())
          .startedBy(FastDllmV2::new);

  private final int blockLength;
  private final int subLength;
  private final TokenProposer proposer;
  private final Feed feed;
  private final Step step;
  private final int[] rows;
  private DecodeStep.Kind kind = DecodeStep.Kind.PREFILL;
  private final boolean usesBlockCache;
  private boolean isBlockFed;
  private boolean isFinished;

  private FastDllmV2(DecodeContext context) {
    super(context, BlockDiffusion.roundedUp(context));
    if (context.denoiser().shift() != 1) {
      throw new IllegalArgumentException(
          "algorithm fast-dllm-v2 takes a block's first token from the row before it and needs a"
              + " model with shifted logits; use it with a Dream model");
    }
    DecodeOptions options = context.options();
    blockLength = options.blockLength();
    usesBlockCache = options.flag(USE_BLOCK_CACHE);
    subLength = Math.min(options.integer(SMALL_BLOCK_SIZE), blockLength);
    proposer =
        options.temperature() > 0
            ? new Categorical(options.temperature(), options.number(Categorical.TOP_P), 0, false)
            : new TokenProposer.Gumbel(0);
    feed = new Feed(context.denoiser().newCache(canvas.length()));
    rows = new int[blockLength];
    step = new Step(canvas, context, this);
    enterBlock(canvas.promptLength() / blockLength * blockLength);
  }

  private void enterBlock(int start) {
    step.block = start / blockLength - canvas.promptLength() / blockLength;
    step.blockStart = start;
    step.blockEnd = start + blockLength;
    isBlockFed = false;
  }

  @Override
  boolean plan(Calls calls) {
    if (isFinished) {
      return false;
    }
    step.call = accounting.steps();
    step.clear();
    int start = step.blockStart();
    boolean isFirst = step.call == 0 && start > 0;
    int masks = canvas.masks(start, start + blockLength);
    kind =
        isFirst
            ? DecodeStep.Kind.PREFILL
            : masks == 0 ? DecodeStep.Kind.STORE : DecodeStep.Kind.DENOISE;
    if (kind == DecodeStep.Kind.DENOISE) {
      feedSubBlock();
    } else {
      int to = isFirst ? start : start + blockLength;
      feed.slice(canvas, isFirst ? 0 : start, to);
      if (to < canvas.length() && canvas.isMasked(to)) {
        addRow(to); // the token after the last row fed
      }
    }
    Query query = feed.query();
    query
        .mask(new AttentionMask.BlockCausal(blockLength))
        .predict(rows, step.rows())
        .wantLogits(proposer.wantsLogits());
    suppressMask(query);
    call(kind, query, calls);
    return true;
  }

  /** Asks for the masks of the first sub-block that has any. */
  private void feedSubBlock() {
    int sub = step.blockStart();
    while (canvas.masks(sub, Math.min(sub + subLength, step.blockEnd())) == 0) {
      sub += subLength;
    }
    int end = Math.min(sub + subLength, step.blockEnd());
    boolean isAlone = usesBlockCache && isBlockFed && !canvas.isMasked(sub);
    feed.slice(canvas, isAlone ? sub : step.blockStart(), isAlone ? end : step.blockEnd());
    feed.query().keys(step.blockEnd());
    isBlockFed = true;
    for (int p = sub; p < end; p++) {
      if (canvas.isMasked(p)) {
        addRow(p);
      }
    }
  }

  private void addRow(int position) {
    rows[step.rows()] = position - feed.offset();
    step.addRow(position);
  }

  @Override
  void absorb() {
    Predictions raw = feed.query().predictions();
    step.propose(proposer.propose(step, raw), Score.CONFIDENCE);
    int block = step.block();
    double threshold = context.options().number(Threshold.THRESHOLD);
    if (kind == DecodeStep.Kind.DENOISE) {
      for (int rank = 0; rank < step.candidates(); rank++) {
        int row = step.ranked(rank);
        if (rank == 0 || step.score(row) > threshold) {
          commit(step.position(row), step.token(row), step.confidence(row));
        }
      }
    } else if (step.rows() > 0) {
      commit(step.position(0), step.token(0), step.confidence(0));
    }
    if (kind == DecodeStep.Kind.STORE) {
      isFinished = step.blockEnd() == canvas.length();
      enterBlock(step.blockEnd());
    }
    stopAtEnd();
    report(kind, block, feed.offset(), feed.count());
  }

  private void stopAtEnd() {
    for (int p = canvas.promptLength(); p < canvas.length() && !canvas.isMasked(p); p++) {
      if (context.isEnd(canvas.token(p))) {
        isFinished = true;
        truncate(p + 1);
        detail("length", step.relative(p + 1));
      }
    }
  }
}
