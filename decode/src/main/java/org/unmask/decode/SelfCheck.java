package org.unmask.decode;

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
  private final Query query;
  private final int[] rows;
  private final int[] ids;
  private final int[] positions;
  private final int[] slots;
  private final int[] asked;
  private final AttentionMask.Explicit mask = this::sees;
  private int blockStart;
  private final int[] spanPositions;

  /**
   * Makes the check of one sequence.
   *
   * @param cache holds the canvas and two blocks behind it
   */
  SelfCheck(DecodeContext context, Canvas canvas, @Nullable KvCache cache, int blockLength) {
    this.context = context;
    this.canvas = canvas;
    this.blockLength = blockLength;
    query = cache == null ? new Query() : new Query(cache);
    rows = new int[blockLength];
    asked = new int[blockLength];
    spanPositions = new int[blockLength];
    ids = new int[2 * blockLength];
    positions = new int[2 * blockLength];
    slots = new int[2 * blockLength];
  }

  Query query() {
    return query;
  }

  /**
   * Lays out the call.
   *
   * @param step whose proposals fill the block
   * @param span rows that are checked, neighbours from left to right
   */
  void lay(Step step, int[] span) {
    blockStart = step.blockStart();
    int length = canvas.length();
    for (int j = 0; j < blockLength; j++) {
      ids[j] = canvas.token(blockStart + j);
      ids[blockLength + j] = canvas.maskId();
      positions[j] = blockStart + j;
      positions[blockLength + j] = blockStart + j;
      slots[j] = length + j;
      slots[blockLength + j] = length + blockLength + j;
    }
    for (int row = 0; row < step.rows(); row++) {
      ids[step.position(row) - blockStart] = step.token(row);
    }
    for (int i = 0; i < span.length; i++) {
      spanPositions[i] = step.position(span[i]);
      rows[i] = blockLength + spanPositions[i] - blockStart;
      asked[i] = step.token(span[i]);
    }
    query
        .rows(ids, positions, slots, 2 * blockLength)
        .keys(length + 2 * blockLength)
        .mask(mask)
        .predict(rows, span.length)
        .ask(asked)
        .wantLogits(true);
  }

  private boolean sees(int row, int slot) {
    int key = slot - canvas.length();
    if (key < 0) {
      return slot < blockStart;
    }
    return row < blockLength
        ? key <= row
        : key < blockLength ? key < row - blockLength : key == row;
  }

  /**
   * Returns q of the drafted token of a span's row.
   *
   * @param filter tempers and filters the distribution, or null if neither is asked for
   */
  double probability(int i, @Nullable Categorical filter) {
    return filter == null
        ? query.predictions().asked(i)
        : filter.probabilities(query.predictions(), i, context.suppressed())[asked[i]];
  }

  /**
   * Draws from what the check gives more probability than the draft did; from the check alone if
   * there is no such token.
   *
   * @param drafted distribution that the draft was drawn from
   * @param call number of the call, for the noise
   */
  int resample(int i, double[] drafted, Categorical filter, int call) {
    double[] p = drafted.clone(); // the filter's own memory
    double[] q = filter.probabilities(query.predictions(), i, context.suppressed());
    int vocabSize = query.predictions().vocabSize();
    double mass = 0;
    for (int v = 0; v < vocabSize; v++) {
      mass += Math.max(0, q[v] - p[v]);
    }
    int best = -1;
    double bestScore = Double.NEGATIVE_INFINITY;
    for (int v = 0; v < vocabSize; v++) {
      double weight = mass > 0 ? Math.max(0, q[v] - p[v]) : q[v];
      if (weight > 0) {
        double score = StrictMath.log(weight) + context.gumbel(call, spanPositions[i], v);
        if (score > bestScore) {
          best = v;
          bestScore = score;
        }
      }
    }
    return best;
  }
}
