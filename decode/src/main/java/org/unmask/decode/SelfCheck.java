package org.unmask.decode;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmask.model.AttentionMask;
import org.unmask.model.KvCache;
import org.unmask.model.Query;

/**
 * S2D2's check of a draft by the same network as a causal model (arXiv 2603.25702): feeds the
 * filled block, each token seeing those before it, and as many masks, each seeing the tokens before
 * its place and itself; the masks' predictions are the causal distributions q.
 */
final class SelfCheck {

  private final DecodeContext context;
  private final Canvas canvas;
  private final int blockLength;
  private final Feed feed;
  private final int[] rows;
  private final int[] asked;
  private final double[] ratios;
  private final boolean[] passes;
  private final AttentionMask.Explicit mask = this::sees;
  private final Step step;
  private int span;
  private int accepted;

  /**
   * Makes the check of one sequence.
   *
   * @param cache holds the canvas and two blocks behind it
   */
  SelfCheck(
      DecodeContext context, Canvas canvas, Step step, @Nullable KvCache cache, int blockLength) {
    this.context = context;
    this.canvas = canvas;
    this.step = step;
    this.blockLength = blockLength;
    feed = new Feed(cache);
    rows = new int[blockLength];
    asked = new int[blockLength];
    ratios = new double[blockLength];
    passes = new boolean[blockLength];
  }

  Query query() {
    return feed.query();
  }

  /**
   * Lays out the call.
   *
   * @param count the first so many rows of the step are checked, neighbours from left to right
   */
  void lay(int count) {
    span = count;
    int start = step.blockStart();
    int length = canvas.length();
    feed.begin(canvas);
    int row = 0;
    for (int slot = length; slot < length + blockLength; slot++) {
      int position = start + slot - length;
      boolean isDrafted = row < step.rows() && step.position(row) == position;
      feed.add(isDrafted ? step.token(row++) : canvas.token(position), position, slot);
    }
    for (int j = 0; j < blockLength; j++) {
      feed.add(canvas.maskId(), start + j, length + blockLength + j);
    }
    feed.finish(length + 2 * blockLength);
    for (int i = 0; i < span; i++) {
      rows[i] = blockLength + step.position(i) - start;
      asked[i] = step.token(i);
    }
    feed.query().mask(mask).predict(rows, span).ask(asked).wantLogits(true);
  }

  private boolean sees(int row, int slot) {
    int key = slot - canvas.length();
    if (key < 0) {
      return slot < step.blockStart();
    }
    return row < blockLength
        ? key <= row
        : key < blockLength ? key < row - blockLength : key == row;
  }

  /**
   * Accepts each row with probability {@code min(1, q / p)}.
   *
   * @param filter tempers and filters q, or null if neither is asked for
   * @param call number of the call, for the draws
   * @return the rows before the first that was rejected
   */
  int judge(@Nullable Categorical filter, int call) {
    accepted = span;
    for (int i = span - 1; i >= 0; i--) {
      double q =
          filter == null
              ? query().predictions().asked(i)
              : filter.probabilities(query().predictions(), i, context.suppressed())[asked[i]];
      ratios[i] = Math.min(1, q / Math.max(step.confidence(i), 1e-12));
      passes[i] = context.uniform(call, step.position(i), Noise.Purpose.ACCEPT) < ratios[i];
      accepted = passes[i] ? accepted : i;
    }
    return accepted;
  }

  /** Returns min(1, q / p) of a row. */
  double ratio(int row) {
    return ratios[row];
  }

  /**
   * Draws a token for the rejected row from what the check gives more probability than the draft
   * did; from the check alone if there is no such token.
   *
   * @param drafted distribution that the draft was drawn from
   * @param call number of the call, for the noise
   */
  int resample(double[] drafted, Categorical filter, int call) {
    double[] p = drafted.clone(); // the filter's own memory
    double[] q = filter.probabilities(query().predictions(), accepted, context.suppressed());
    int position = step.position(accepted);
    return Residual.draw(
        q, p, query().predictions().vocabSize(), v -> context.gumbel(call, position, v));
  }

  /** Records what the check said. */
  void record(Recording recording) {
    if (recording.isRecorded()) {
      List<Integer> positions = step.relatives(IntStream.range(0, span));
      recording.detail("block_start", step.relative(step.blockStart()));
      recording.detail("span", positions);
      recording.detail("ratios", Arrays.stream(ratios, 0, span).boxed().toList());
      recording.detail("accepted", IntStream.range(0, span).mapToObj(i -> passes[i]).toList());
      recording.detail("resampled", positions.subList(accepted, Math.min(accepted + 1, span)));
    }
  }
}
