package org.unmask.decode;

import org.jspecify.annotations.Nullable;
import org.unmask.model.AttentionMask;
import org.unmask.model.Predictions;

/**
 * The frame of block diffusion: blocks on absolute positions, each seeing itself and earlier ones
 * only, so that the keys and values of finished blocks are exact. Finished blocks of the prompt are
 * stored by a first call; inner calls feed one block; when it is full, one more call stores it.
 *
 * <p>The canvas is rounded up to whole blocks.
 */
abstract class BlockwiseDecoding extends Decoding {

  final int blockLength;
  final Step step;
  final Feed feed;
  private final AttentionMask blockMask;
  private final int[] rows;
  private DecodeStep.Kind kind = DecodeStep.Kind.PREFILL;
  private boolean isFinished;

  /**
   * Starts a sequence.
   *
   * @param extraSlots cache rows beyond the canvas
   */
  BlockwiseDecoding(DecodeContext context, int extraSlots) {
    super(context, roundedUp(context));
    blockLength = context.options().blockLength();
    blockMask = new AttentionMask.BlockCausal(blockLength);
    rows = new int[blockLength];
    step = new Step(canvas, context, this);
    feed = new Feed(context.denoiser().newCache(canvas.length() + extraSlots));
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
  }

  @Override
  boolean plan(Calls calls) {
    if (isFinished) {
      return false;
    }
    step.call = accounting.steps();
    step.clear();
    if (step.call == 0 && step.blockStart() > 0) {
      kind = DecodeStep.Kind.PREFILL;
      feed.slice(canvas, 0, step.blockStart());
    } else {
      kind = step.masksLeft() == 0 ? DecodeStep.Kind.STORE : DecodeStep.Kind.DENOISE;
      feed.slice(canvas, step.blockStart(), step.blockEnd());
    }
    feed.query().mask(isInner() ? blockMask : storeMask());
    choose();
    feed.query().predict(rows, step.rows()).wantLogits(wantsLogits());
    suppressMask(feed.query());
    call(kind, feed.query(), calls);
    return true;
  }

  @Override
  void absorb() {
    TokenProposer proposer = proposer();
    Predictions raw = feed.query().predictions();
    step.propose(proposer == null ? raw : proposer.propose(step, raw), Score.CONFIDENCE);
    act();
    step.index += isInner() ? 1 : 0;
    int block = step.block();
    boolean isLast = step.blockEnd() == canvas.length();
    if (kind == DecodeStep.Kind.STORE && !isLast) {
      enterBlock(step.blockEnd());
    }
    isFinished = kind == DecodeStep.Kind.STORE && isLast || hasEnded();
    if (isFinished) {
      finish();
    }
    report(kind, block, feed.offset(), feed.count());
  }

  /** Tells whether the call is one of a block that has masks. */
  final boolean isInner() {
    return kind == DecodeStep.Kind.DENOISE;
  }

  /** Tells whether the call stores a full block. */
  final boolean isStoring() {
    return kind == DecodeStep.Kind.STORE;
  }

  /** Chooses the rows to predict; by default the masks of an inner call. */
  void choose() {
    if (isInner()) {
      predict(step.blockStart(), step.blockEnd());
    }
  }

  /** Asks for the masks among the positions [from, to). */
  final void predict(int from, int to) {
    for (int p = from; p < Math.min(to, canvas.length()); p++) {
      if (canvas.isMasked(p)) {
        rows[step.rows()] = p - feed.offset();
        step.addRow(p);
      }
    }
  }

  /** Returns what the rows stored in the cache may see. */
  AttentionMask storeMask() {
    return blockMask;
  }

  /** Tells whether the logits are needed. */
  abstract boolean wantsLogits();

  /** Returns what proposes tokens in place of the network's own choice, or null. */
  abstract @Nullable TokenProposer proposer();

  /** Acts on the proposals of a call. */
  abstract void act();

  /** Tells, after a call, whether to end early. */
  abstract boolean hasEnded();

  /** Does what is left to do at the end. */
  void finish() {}

  /** Unmasks a row as proposed. */
  final void unmask(int row) {
    commit(step.position(row), step.token(row), step.confidence(row));
  }
}
