package org.unmask.decode;

import java.util.Arrays;
import org.unmask.model.Predictions;

/**
 * WINO, wide in and narrow out (arXiv 2507.18578): unmasks everything above a low threshold and, in
 * the same call, checks the tokens unmasked earlier in the block; those that a row which does not
 * see them finds unlikely are revoked.
 *
 * <p>The checking rows are a {@linkplain ShadowBlock shadow of the block}, so each call feeds a
 * block more than the canvas.
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
  private final ShadowBlock shadow;
  private final double[] score;
  private final int[] order;
  private final int[] sortScratch;
  private int block;
  private int blockStart;
  private int lastAccept = FIRST_LAST_ACCEPT;

  private Wino(DecodeContext context) {
    super(context);
    threshold = context.options().number(Threshold.THRESHOLD);
    thresholdBack = context.options().number(THRESHOLD_BACK);
    blockLength = context.options().blockLength();
    shadow = new ShadowBlock(context, canvas, blockLength);
    score = new double[canvas.length() + blockLength];
    order = new int[score.length];
    sortScratch = new int[score.length];
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
    shadow.lay(blockStart, accounting.steps());
    suppressMask(shadow.query());
    call(DecodeStep.Kind.DENOISE, shadow.query(), calls);
    return true;
  }

  @Override
  void absorb() {
    int masks = shadow.masks();
    Predictions predictions = shadow.query().predictions();
    for (int i = 0; i < masks + shadow.shadows(); i++) {
      score[i] = i < masks ? predictions.confidence(i) : -predictions.asked(i);
    }
    sort(0, masks);
    int above = 0;
    while (above < masks && score[order[above]] > threshold) {
      above++;
    }
    int count = Math.max(1, Math.min(above, cap(masks)));
    if (isRecorded()) {
      record(above, count);
    }
    for (int i = 0; i < count; i++) {
      commit(shadow.position(order[i]), predictions.token(order[i]), score[order[i]]);
    }
    if (count > 1) {
      revoke();
    }
    lastAccept = count;
    report(DecodeStep.Kind.DENOISE, block, 0, canvas.length() + blockLength);
  }

  /** Returns how many of some masks may be unmasked in one step. */
  static int cap(int masks) {
    return Math.clamp((long) (masks * 7 / 10), 5, 20);
  }

  /** Sets back the tokens whose shadows find them least likely. */
  private void revoke() {
    sort(shadow.masks(), shadow.shadows());
    int most = Math.min(shadow.shadows(), lastAccept - 1);
    for (int i = 0; i < most && -score[order[i]] < thresholdBack; i++) {
      remask(shadow.position(order[i]));
    }
  }

  /** Orders the rows [from, from + count) by descending score. */
  private void sort(int from, int count) {
    for (int i = 0; i < count; i++) {
      order[i] = from + i;
    }
    Sorting.byScoreDescending(order, count, score, sortScratch);
  }

  private void record(int above, int accepted) {
    int masks = shadow.masks();
    double[] likely = Arrays.copyOfRange(score, masks, masks + shadow.shadows());
    Arrays.setAll(likely, i -> -likely[i]);
    detail("masked", masks);
    detail("cap", cap(masks));
    detail("capped", above > cap(masks));
    detail("last_accept", lastAccept);
    detail("shadow_positions", shadow.responsePositions());
    detail("shadow_confidence", Arrays.stream(likely).boxed().toList());
    detail(
        "below_threshold_back",
        (int) Arrays.stream(likely).filter(p -> accepted > 1 && p < thresholdBack).count());
  }
}
