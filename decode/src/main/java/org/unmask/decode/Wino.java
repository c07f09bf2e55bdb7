package org.unmask.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unmask.model.AttentionMask;
import org.unmask.model.Predictions;

/**
 * WINO, wide in and narrow out (arXiv 2507.18578): unmasks everything above a low threshold and, in
 * the same call, checks the tokens unmasked earlier in the block; those that a row which does not
 * see them finds unlikely are revoked.
 *
 * <p>The checking rows are a shadow of the block: masks behind the canvas, at the rotary positions
 * of the block. Canvas rows do not see them; a shadow row sees the other shadow rows and all of the
 * canvas but its own position. Each call therefore feeds a block more than the canvas.
 *
 * <p>At most {@code min(max(floor(0.7 masks), 5), 20)} tokens are unmasked a step, and fewer
 * revoked than the step before unmasked; none after a step that unmasked one.
 */
final class Wino extends Decoding {

  private static final String THRESHOLD_BACK = "threshold-back";
  private static final int FIRST_LAST_ACCEPT = 30;

  static final Algorithm ALGORITHM =
      Algorithm.named("wino", "a low threshold, with tokens revoked that do not bear checking")
          .paper("WINO", "2507.18578")
          .noOtherCache("a shadow row checks a token against the rows of this very call")
          .withDefault(CommonOptions.BLOCK_LENGTH, 128)
          .with(
              Parameter.number(
                  Threshold.THRESHOLD, 0.6, 0, 1, "certainty that tokens to unmask must exceed"))
          .with(
              Parameter.number(
                  THRESHOLD_BACK, 0.9, 0, 1, "least probability that keeps an unmasked token"))
          .startedBy(Wino::new);

  private final double threshold;
  private final double thresholdBack;
  private final int blockLength;
  private final Feed feed = new Feed(null);
  private final int[] rows;
  private final int[] positions;
  private final long[] noiseKeys;
  private int masks;
  private int shadows;
  private int block;
  private int blockStart;
  private int lastAccept = FIRST_LAST_ACCEPT;

  private Wino(DecodeContext context) {
    super(context);
    threshold = context.options().number(Threshold.THRESHOLD);
    thresholdBack = context.options().number(THRESHOLD_BACK);
    blockLength = context.options().blockLength();
    rows = new int[canvas.length() + blockLength];
    positions = new int[rows.length];
    noiseKeys = new long[rows.length];
    blockStart = canvas.promptLength();
  }

  @Override
  boolean plan(Calls calls) {
    while (canvas.masks(0, blockStart + blockLength) == 0) {
      blockStart += blockLength;
      block++;
      lastAccept = FIRST_LAST_ACCEPT;
      if (blockStart >= canvas.length()) {
        return false;
      }
    }
    int length = canvas.length();
    feed.begin(canvas);
    for (int position = 0; position < length; position++) {
      feed.add(canvas, position);
    }
    for (int j = 0; j < blockLength; j++) {
      feed.add(canvas.maskId(), blockStart + j, length + j);
    }
    feed.finish(length + blockLength);
    listRows();
    int start = blockStart;
    feed.query()
        .mask(
            (AttentionMask.Explicit)
                (row, slot) ->
                    slot < length ? row < length || slot != start + row - length : row >= length)
        .predict(rows, masks + shadows)
        .wantLogits(shadows > 0)
        .noise(context.options().temperature(), noiseKeys);
    suppressMask(feed.query());
    call(DecodeStep.Kind.DENOISE, feed.query(), calls);
    return true;
  }

  /** Lists the masks up to the block's end, then the shadows of what this block unmasked. */
  private void listRows() {
    masks = 0;
    for (int p = canvas.promptLength(); p < blockStart + blockLength; p++) {
      if (canvas.isMasked(p)) {
        noiseKeys[masks] = context.noiseKey(accounting.steps(), p, Noise.Purpose.TOKEN);
        positions[masks] = p;
        rows[masks++] = p;
      }
    }
    shadows = 0;
    for (int p = blockStart; p < blockStart + blockLength; p++) {
      if (canvas.committedAt(p) >= 0) {
        positions[masks + shadows] = p;
        rows[masks + shadows++] = canvas.length() + p - blockStart;
      }
    }
  }

  @Override
  void absorb() {
    Predictions predictions = feed.query().predictions();
    double[] score = new double[masks + shadows];
    for (int i = 0; i < masks; i++) {
      score[i] = predictions.confidence(i);
    }
    for (int i = masks; i < score.length; i++) {
      score[i] =
          Softmax.probability(predictions, i, canvas.token(positions[i]), context.suppressed());
    }
    int cap = cap(masks);
    int[] accepted = ordered(0, masks, score, 1);
    int above = 0;
    while (above < masks && score[accepted[above]] > threshold) {
      above++;
    }
    int count = Math.max(1, Math.min(above, cap));
    if (isRecorded()) {
      record(score, cap, above, count);
    }
    for (int i = 0; i < count; i++) {
      int row = accepted[i];
      commit(positions[row], predictions.token(row), score[row]);
    }
    if (count > 1) {
      revoke(score);
    }
    lastAccept = count;
    report(DecodeStep.Kind.DENOISE, block, 0, canvas.length() + blockLength);
  }

  /** Returns how many of some masks may be unmasked in one step. */
  static int cap(int masks) {
    return Math.clamp((long) (masks * 7 / 10), 5, 20);
  }

  private void revoke(double[] score) {
    int[] worstFirst = ordered(masks, masks + shadows, score, -1);
    int count = 0;
    while (count < shadows && score[worstFirst[count]] < thresholdBack) {
      count++;
    }
    for (int i = 0; i < Math.min(count, lastAccept - 1); i++) {
      remask(positions[worstFirst[i]]);
    }
  }

  /** Returns the rows [from, to) by descending score if the sign is 1, ascending if it is -1. */
  private static int[] ordered(int from, int to, double[] score, int sign) {
    int[] order = new int[to - from];
    double[] signed = new double[score.length];
    for (int i = from; i < to; i++) {
      order[i - from] = i;
      signed[i] = sign * score[i];
    }
    Sorting.byScoreDescending(order, order.length, signed);
    return order;
  }

  private void record(double[] score, int cap, int above, int accepted) {
    List<Integer> shadowPositions = new ArrayList<>();
    for (int i = masks; i < score.length; i++) {
      shadowPositions.add(positions[i] - canvas.promptLength());
    }
    double[] shadowScores = Arrays.copyOfRange(score, masks, score.length);
    detail("masked", masks);
    detail("cap", cap);
    detail("capped", above > cap);
    detail("last_accept", lastAccept);
    detail("shadow_positions", shadowPositions);
    detail("shadow_confidence", Arrays.stream(shadowScores).boxed().toList());
    detail(
        "below_threshold_back",
        (int) Arrays.stream(shadowScores).filter(s -> accepted > 1 && s < thresholdBack).count());
  }
}
