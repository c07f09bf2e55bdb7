package org.unmask.decode;

import org.unmask.model.AttentionMask;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * LLaDA2.1's token editing (LLaDA2.1 technical report): in every step of a block, masks above one
 * threshold are unmasked, at least one, and tokens of the block with which the network now
 * disagrees above another threshold are replaced. A full block is edited on until nothing changes
 * or the post-steps run out.
 *
 * <p>Attention is block-causal on absolute positions; every call feeds all blocks up to the current
 * one, or with the exact cache those from the first that may have changed since. The canvas is
 * rounded up to whole blocks. Prompt tokens are never edited.
 */
final class TokenEditing extends Decoding {

  private static final String EDITING_THRESHOLD = "editing-threshold";
  private static final String MAX_POST_STEPS = "max-post-steps";
  private static final String NUM_TO_TRANSFER = "num-to-transfer";
  private static final String EOS_EARLY_STOP = "eos-early-stop";

  static final Algorithm ALGORITHM =
      Algorithm.named("t2t-edit", "block diffusion that also edits tokens it unmasked")
          .paper("LLaDA2.1", "")
          .caches("block-exact")
          .noOtherCache("blocks see no later block, so the exact cache of finished blocks serves")
          .freeBlocks()
          .withDefault(CommonOptions.BLOCK_LENGTH, 32)
          .with(
              Parameter.number(
                  Threshold.THRESHOLD, 0.95, 0, 1, "certainty that masks to unmask must exceed"))
          .with(
              Parameter.number(
                  EDITING_THRESHOLD, 0.9, 0, 1, "certainty that replacements must exceed"))
          .with(Parameter.integer(MAX_POST_STEPS, 16, 0, 100000, "most steps of a full block"))
          .with(Parameter.integer(NUM_TO_TRANSFER, 1, 1, 100000, "least masks unmasked a step"))
          .with(Parameter.flag(EOS_EARLY_STOP, true, "end after a block with the end token"))
          .with(CommonOptions.eosId())
          .startedBy(TokenEditing::new);

  private final DecodeOptions options;
  private final int blockLength;
  private final Feed feed;
  private final Step step;
  private final int[] rows;
  private final long[] noiseKeys;
  private int storedTo;
  private int postSteps;
  private boolean isFinished;

  private TokenEditing(DecodeContext context) {
    super(context, BlockwiseDecoding.roundedUp(context));
    options = context.options();
    blockLength = options.blockLength();
    boolean isCached = !options.cache().equals("none");
    feed = new Feed(isCached ? context.denoiser().newCache(canvas.length()) : null);
    rows = new int[blockLength];
    noiseKeys = new long[blockLength];
    step = new Step(canvas, context, this);
    step.blockStart = canvas.promptLength() / blockLength * blockLength;
    step.blockEnd = step.blockStart + blockLength;
  }

  @Override
  boolean plan(Calls calls) {
    if (step.masksLeft() == 0 && ++postSteps > options.integer(MAX_POST_STEPS)) {
      nextBlock();
    }
    if (isFinished) {
      return false;
    }
    step.call = accounting.steps();
    step.clear();
    int from =
        Math.max(0, storedTo - context.denoiser().shift()); // the row that predicts the first
    feed.slice(canvas, from, step.blockEnd());
    for (int p = Math.max(step.blockStart(), canvas.promptLength()); p < step.blockEnd(); p++) {
      noiseKeys[step.rows()] = context.noiseKey(step.call(), p, Noise.Purpose.TOKEN);
      rows[step.rows()] = p - from;
      step.addRow(p);
    }
    Query query = feed.query();
    query
        .mask(new AttentionMask.BlockCausal(blockLength))
        .predict(rows, step.rows())
        .noise(options.temperature(), noiseKeys);
    suppressMask(query);
    call(DecodeStep.Kind.DENOISE, query, calls);
    return true;
  }

  @Override
  void absorb() {
    Predictions predictions = feed.query().predictions();
    step.propose(predictions, Score.CONFIDENCE);
    int active = step.candidates();
    int edits = 0;
    for (int row = 0; row < step.rows(); row++) {
      int position = step.position(row);
      if (!canvas.isMasked(position)
          && step.token(row) != canvas.token(position)
          && step.confidence(row) > options.number(EDITING_THRESHOLD)) {
        edit(position, step.token(row), step.confidence(row));
        edits++;
      }
    }
    unmask(active);
    detail("window_end", step.blockEnd());
    int block = step.blockStart() / blockLength;
    report(DecodeStep.Kind.DENOISE, block, feed.offset(), feed.count());
    if (feed.query().cache() != null) { // rows are stored; the block's may still change
      storedTo = active == 0 && edits == 0 ? step.blockEnd() : step.blockStart();
    }
    if (active == 0 && edits == 0) {
      nextBlock();
    }
  }

  private void unmask(int active) {
    int count = 0;
    while (count < active && step.score(step.ranked(count)) > options.number(Threshold.THRESHOLD)) {
      count++;
    }
    count = Math.max(count, Math.min(options.integer(NUM_TO_TRANSFER), active));
    for (int rank = 0; rank < count; rank++) {
      int row = step.ranked(rank);
      commit(step.position(row), step.token(row), step.confidence(row));
    }
  }

  private void nextBlock() {
    boolean hasEnd = false;
    for (int p = canvas.promptLength(); p < step.blockEnd(); p++) {
      hasEnd |= context.isEnd(canvas.token(p));
    }
    isFinished = step.blockEnd() == canvas.length() || (hasEnd && options.flag(EOS_EARLY_STOP));
    postSteps = 0;
    step.blockStart = step.blockEnd();
    step.blockEnd = Math.min(step.blockEnd() + blockLength, canvas.length());
  }
}
