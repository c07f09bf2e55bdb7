package org.unmask.decode;

import java.util.List;
import org.unmask.model.AttentionMask;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * Block diffusion as SDAR and TraDo decode (arXiv 2510.06303): blocks on absolute positions, each
 * seeing itself and earlier ones only, so the keys and values of finished blocks are exact. Inner
 * calls feed one block; when it is full, one more call stores it. {@link BlockRule} says what an
 * inner call unmasks.
 *
 * <p>The canvas is rounded up to whole blocks. Unlike the release, a quota never exceeds the masks
 * left, so no token is overwritten, and a temperature of 0 is greedy.
 */
class BlockDiffusion extends Decoding {

  private static final String DENOISING_STEPS = "denoising-steps";
  private static final String STOPPING_CRITERIA_IDX = "stopping-criteria-idx";
  static final String CONFIDENCE_THRESHOLD = "confidence-threshold";

  static Algorithm.Builder options(Algorithm.Builder algorithm) {
    return algorithm
        .paper("SDAR", "2510.06303")
        .noOtherCache("blocks see no later block, so the exact cache of finished blocks serves")
        .freeBlocks()
        .with(CommonOptions.cache(List.of("block-exact")).withDefault("block-exact"))
        .withDefault(CommonOptions.BLOCK_LENGTH, 4)
        .with(
            Parameter.integer(
                DENOISING_STEPS, null, 1, 100000, "calls per block; default block-length"))
        .with(
            Parameter.number(
                CONFIDENCE_THRESHOLD, 0.85, 0, 1, "certainty to exceed, of the dynamic rule"))
        .with(Categorical.topP())
        .with(Categorical.topK())
        .with(
            Parameter.integers(
                STOPPING_CRITERIA_IDX, List.of(), "tokens that end decoding; none by default"));
  }

  final int blockLength;
  final Step step;
  private final BlockRule rule;
  private final int steps;
  final Categorical proposer;
  private final Feed feed;
  private final int[] rows;
  private final AttentionMask blockMask;
  private DecodeStep.Kind kind = DecodeStep.Kind.PREFILL;
  private boolean isFinished;

  BlockDiffusion(DecodeContext context, BlockRule rule) {
    this(context, rule, 0);
  }

  /**
   * Starts a sequence.
   *
   * @param extraSlots cache rows beyond the canvas
   */
  BlockDiffusion(DecodeContext context, BlockRule rule, int extraSlots) {
    super(context, roundedUp(context));
    DecodeOptions options = context.options();
    this.rule = rule;
    blockLength = options.blockLength();
    steps = options.has(DENOISING_STEPS) ? options.integer(DENOISING_STEPS) : blockLength;
    proposer =
        new Categorical(
            options.temperature(),
            options.number(Categorical.TOP_P),
            options.integer(Categorical.TOP_K),
            true);
    feed = new Feed(context.denoiser().newCache(canvas.length() + extraSlots));
    rows = new int[blockLength];
    blockMask = new AttentionMask.BlockCausal(blockLength);
    step = new Step(canvas, context, this);
    enterBlock(canvas.promptLength() / blockLength * blockLength);
  }

  /** Returns the response length that fills up the last block. */
  static int roundedUp(DecodeContext context) {
    int block = context.options().blockLength();
    int prompt = context.request().prompt().length;
    return Math.ceilDiv(prompt + context.options().genLength(), block) * block - prompt;
  }

  private void enterBlock(int start) {
    step.block = start / blockLength - canvas.promptLength() / blockLength;
    step.blockStart = start;
    step.blockEnd = start + blockLength;
    step.index = 0;
    step.stepsPerBlock = steps;
    step.masksAtEntry = blockLength;
  }

  final Feed feed() {
    return feed;
  }

  /** Tells whether distributions are neither tempered nor filtered. */
  final boolean isPlain() {
    return proposer.isPlain();
  }

  /** Tells whether the logits of an inner call are needed. */
  boolean wantsLogits() {
    return !isPlain();
  }

  @Override
  boolean plan(Calls calls) {
    if (isFinished) {
      return false;
    }
    step.call = accounting.steps();
    step.clear();
    boolean needsPrefill = step.call == 0 && step.blockStart() > 0;
    if (needsPrefill) {
      kind = DecodeStep.Kind.PREFILL;
      feed.slice(canvas, 0, step.blockStart());
    } else {
      kind = step.masksLeft() == 0 ? DecodeStep.Kind.STORE : DecodeStep.Kind.DENOISE;
      feed.slice(canvas, step.blockStart(), step.blockEnd());
      for (int p = step.blockStart(); p < step.blockEnd(); p++) {
        if (canvas.isMasked(p)) {
          rows[step.rows()] = p - step.blockStart();
          step.addRow(p);
        }
      }
    }
    Query query = feed.query();
    query
        .wantLogits(wantsLogits())
        .mask(kind == DecodeStep.Kind.DENOISE ? blockMask : storeMask())
        .predict(rows, step.rows());
    suppressMask(query);
    call(kind, query, calls);
    return true;
  }

  @Override
  void absorb() {
    if (kind == DecodeStep.Kind.DENOISE) {
      Predictions raw = feed.query().predictions();
      step.propose(isPlain() ? raw : proposer.propose(step, raw), Score.CONFIDENCE);
      denoise();
      step.index++;
    }
    int block = step.block();
    if (isRecorded()) {
      boolean isPrefill = kind == DecodeStep.Kind.PREFILL;
      detail("absolute_block", isPrefill ? 0 : step.blockStart() / blockLength);
      detail("stores_kv", kind != DecodeStep.Kind.DENOISE);
      detail("block_start", step.relative(feed.offset()));
    }
    if (kind == DecodeStep.Kind.STORE) {
      isFinished = step.blockEnd() == canvas.length() || hasStop();
      if (isFinished) {
        finish();
      } else {
        enterBlock(step.blockEnd());
      }
    }
    report(kind, block, feed.offset(), feed.count());
  }

  /** Returns what the rows stored in the cache may see. */
  AttentionMask storeMask() {
    return blockMask;
  }

  /** Acts on the predictions of an inner step. */
  void denoise() {
    unmask(new boolean[step.rows()], quota());
  }

  /** Does what is left to do at the end. */
  void finish() {}

  /**
   * Unmasks positions by the rule, until a quota is reached.
   *
   * @param taken rows that were unmasked in this step already; they count
   */
  final void unmask(boolean[] taken, int quota) {
    Picks picks = new Picks();
    rule.select(step, taken, quota, context.options().number(CONFIDENCE_THRESHOLD), picks);
    for (int i = 0; i < picks.count(); i++) {
      int row = picks.row(i);
      commit(step.position(row), step.token(row), step.confidence(row));
    }
  }

  /** Returns the even quota of this step, never more than the masks there were. */
  final int quota() {
    return quota(step.index());
  }

  final int quota(int index) {
    return Schedule.EVEN.quota(index, steps, blockLength, step.candidates());
  }

  final boolean isStop(int token) {
    return context.options().integers(STOPPING_CRITERIA_IDX).contains(token);
  }

  private boolean hasStop() {
    for (int p = canvas.promptLength(); p < step.blockEnd(); p++) {
      if (isStop(canvas.token(p))) {
        return true;
      }
    }
    return false;
  }
}
