package org.unmask.decode;

import java.util.List;
import org.unmask.model.AttentionMask;
import org.unmask.model.Query;

/**
 * Pipelined blocks, as D2F (arXiv 2508.09192) and d3LLM (arXiv 2601.07568) decode: a block of masks
 * is added as soon as the last one is filled to some share, so several are under way. A block whose
 * predecessor is filled far enough unmasks at least one position a step, the others only what is
 * sure, maybe nothing.
 *
 * <p>Variant {@code d2f}: only the blocks there are are fed, each seeing the prompt, itself and
 * earlier ones; sure is a confidence above {@code skip-threshold}. Finished leading blocks are
 * stored with the next call, exactly. An end token ends the adding of blocks. Variant {@code
 * d3llm}: the whole canvas is fed, sure is an entropy of at most {@code entropy-threshold}, and
 * what follows an end token becomes end tokens. Both want networks trained for it.
 */
final class PipelinedBlocks extends Decoding {

  private static final String VARIANT = "variant";
  private static final String BLOCK_ADD_THRESHOLD = "block-add-threshold";
  private static final String DECODED_TOKEN_THRESHOLD = "decoded-token-threshold";
  private static final String SKIP_THRESHOLD = "skip-threshold";
  private static final String ENTROPY_THRESHOLD = "entropy-threshold";

  static final Algorithm ALGORITHM =
      Algorithm.named("pipelined-blocks", "several blocks under way, the first at full speed")
          .paper("D2F", "2508.09192")
          .caches("block-exact")
          .noOtherCache("its blocks store themselves when they are finished")
          .withDefault(CommonOptions.BLOCK_LENGTH, 32)
          .with(
              Parameter.choice(
                  VARIANT, "d2f", List.of("d2f", "d3llm"), "which of the two published decoders"))
          .with(
              Parameter.number(
                  BLOCK_ADD_THRESHOLD, 0.1, 0, 1, "filled share of the last block that adds one"))
          .with(
              Parameter.number(
                  DECODED_TOKEN_THRESHOLD, 0.95, 0, 1, "filled share that frees the next block"))
          .with(
              Parameter.number(
                  SKIP_THRESHOLD, 0.9, 0, 1, "d2f: certainty that tokens to unmask must exceed"))
          .with(
              Parameter.number(
                  ENTROPY_THRESHOLD, 0.45, 0, Double.MAX_VALUE, "d3llm: greatest entropy, in nats"))
          .with(CommonOptions.eosId())
          .check(PipelinedBlocks::checkCache)
          .startedBy(PipelinedBlocks::new);

  private static void checkCache(DecodeOptions options) {
    if (options.word(VARIANT).equals("d3llm") && !options.cache().equals("none")) {
      throw new IllegalArgumentException(
          "variant d3llm lets blocks see later ones, so none is finished; use cache none");
    }
  }

  private final DecodeOptions options = context.options();
  private final boolean isD2f = options.word(VARIANT).equals("d2f");
  private final double least = // the first is to be exceeded
      isD2f ? Math.nextUp(options.number(SKIP_THRESHOLD)) : -options.number(ENTROPY_THRESHOLD);
  private final Pipeline blocks = new Pipeline(canvas, options.blockLength());
  private final Step step = new Step(canvas, context, this);
  private final Feed feed;
  private final int[] rows = new int[canvas.length()];
  private final long[] noiseKeys = new long[canvas.length()];
  private boolean hasEnded;

  private PipelinedBlocks(DecodeContext context) {
    super(context);
    boolean isCached = !options.cache().equals("none");
    feed = new Feed(isCached ? context.denoiser().newCache(canvas.length()) : null);
  }

  @Override
  boolean plan(Calls calls) {
    if (!hasEnded) {
      blocks.addAfter(options.number(BLOCK_ADD_THRESHOLD));
    }
    if (canvas.masks(0, blocks.end()) == 0) {
      truncate(blocks.end());
      return false;
    }
    int stored = feed.query().cache() == null ? 0 : blocks.storedTo();
    int from = Math.max(0, stored - context.denoiser().shift());
    feed.slice(canvas, from, isD2f ? blocks.end() : canvas.length());
    step.call = accounting.steps();
    step.clear();
    for (int position = canvas.promptLength(); position < blocks.end(); position++) {
      if (canvas.isMasked(position)) {
        noiseKeys[step.rows()] = context.noiseKey(step.call, position, Noise.Purpose.TOKEN);
        rows[step.rows()] = position - from;
        step.addRow(position);
      }
    }
    Query query = feed.query().predict(rows, step.rows()).noise(options.temperature(), noiseKeys);
    if (isD2f) {
      query.mask((AttentionMask.Explicit) (row, slot) -> slot < blocks.endOf(from + row));
    }
    suppressMask(query);
    call(DecodeStep.Kind.DENOISE, query, calls);
    return true;
  }

  @Override
  void absorb() {
    step.propose(feed.query().predictions(), isD2f ? Score.CONFIDENCE : Score.ENTROPY);
    blocks.store(options.number(DECODED_TOKEN_THRESHOLD));
    boolean isForced = false;
    for (int i = 0, j; i < step.rows(); i = j) {
      int blockEnd = blocks.endOf(step.position(i));
      for (j = i; j < step.rows() && step.position(j) < blockEnd; ) {
        j++;
      }
      unmask(i, j, blocks.isFree(blockEnd) && (isD2f || !isForced));
      isForced |= blocks.isFree(blockEnd);
    }
    if (hasEnded && !isD2f) {
      int first = canvas.promptLength();
      while (!context.isEnd(canvas.token(first))) {
        first++;
      }
      fill(first + 1, canvas.token(first));
      blocks.addAll();
    }
    report(DecodeStep.Kind.DENOISE, 0, feed.offset(), feed.count());
  }

  /** Unmasks what is sure of the rows [from, to), and the surest one if one must be. */
  private void unmask(int from, int to, boolean mustMove) {
    int best = from;
    boolean hasMoved = false;
    for (int i = from; i < to; i++) {
      best = step.score(i) > step.score(best) ? i : best;
      if (step.score(i) >= least) {
        take(i);
        hasMoved = true;
      }
    }
    if (mustMove && !hasMoved) {
      take(best);
    }
  }

  private void take(int row) {
    commit(step.position(row), step.token(row), step.confidence(row));
    hasEnded |= context.isEnd(step.token(row));
  }
}
