package org.unmask.decode;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fast-dLLM v2 (arXiv 2509.26328): block diffusion of a model adapted from a causal one. A block is
 * decoded sub-block by sub-block with the threshold rule (strictly above, and always the best);
 * when it is full, the call that stores it also gives the next block's first token, causally and
 * for free.
 *
 * <p>Needs logits shifted by one. Ends at an end token with no mask before it, which is kept and
 * the rest cut off. With the cache of sub-blocks, calls feed the sub-block alone once its first
 * position is unmasked. No trace of the release exists.
 */
final class FastDllmV2 extends BlockwiseDecoding {

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

  private final double threshold;
  private final int subLength;
  private final boolean usesBlockCache;
  private final @Nullable TokenProposer proposer;
  private int fedBlock = -1;

  private FastDllmV2(DecodeContext context) {
    super(context, 0);
    if (context.denoiser().shift() != 1) {
      throw new IllegalArgumentException(
          "algorithm fast-dllm-v2 takes a block's first token from the row before it and needs a"
              + " model with shifted logits; use it with a Dream model");
    }
    DecodeOptions options = context.options();
    threshold = options.number(Threshold.THRESHOLD);
    usesBlockCache = options.flag(USE_BLOCK_CACHE);
    subLength = Math.min(options.integer(SMALL_BLOCK_SIZE), blockLength);
    double temperature = options.temperature();
    proposer =
        temperature > 0
            ? new Categorical(temperature, options.number(Categorical.TOP_P), 0, false)
            : null;
  }

  @Override
  boolean wantsLogits() {
    return proposer != null;
  }

  @Override
  @Nullable TokenProposer proposer() {
    return proposer;
  }

  /** Asks for the first sub-block that has masks, or for the token behind what is stored. */
  @Override
  void choose() {
    if (!isInner()) {
      int behind = feed.offset() + feed.count();
      predict(behind, behind + 1);
      return;
    }
    int sub = step.blockStart();
    while (canvas.masks(sub, Math.min(sub + subLength, step.blockEnd())) == 0) {
      sub += subLength;
    }
    int end = Math.min(sub + subLength, step.blockEnd());
    if (usesBlockCache && fedBlock == step.block() && !canvas.isMasked(sub)) {
      feed.slice(canvas, sub, end);
      feed.query().keys(step.blockEnd());
    }
    fedBlock = step.block();
    predict(sub, end);
  }

  @Override
  void act() {
    if (!isInner() && step.rows() > 0) {
      unmask(0);
    }
    for (int rank = 0; isInner() && rank < step.candidates(); rank++) {
      if (rank == 0 || step.score(step.ranked(rank)) > threshold) {
        unmask(step.ranked(rank));
      }
    }
  }

  @Override
  boolean hasEnded() {
    for (int p = canvas.promptLength(); p < canvas.length() && !canvas.isMasked(p); p++) {
      if (context.isEnd(canvas.token(p))) {
        truncate(p + 1);
        detail("length", step.relative(p + 1));
        return true;
      }
    }
    return false;
  }
}
