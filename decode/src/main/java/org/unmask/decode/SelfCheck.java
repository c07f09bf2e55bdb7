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
   * What a check says of a span.
   *
   * @param ratios min(1, q / p) of each row
   * @param accepted whether its draw was below that
   * @param rejected index of the first that was not, -1 if all were
   */
  record Verdict(double[] ratios, boolean[] accepted, int rejected) {

    void record(Recording recording, Step step, int[] span) {
      List<Integer> positions = step.relatives(Arrays.stream(span));
      recording.detail("block_start", step.relative(step.blockStart()));
      recording.detail("span", positions);
      recording.detail("ratios", Arrays.stream(ratios).boxed().toList());
      recording.detail(
          "accepted", IntStream.range(0, span.length).mapToObj(i -> accepted[i]).toList());
      recording.detail(
          "resampled", rejected < 0 ? List.of() : positions.subList(rejected, rejected + 1));
    }
  }

  /**
   * Accepts each row with probability {@code min(1, q / p)}.
   *
   * @param filter tempers and filters q, or null if neither is asked for
   * @param call number of the call, for the draws
   */
  Verdict judge(Step step, int[] span, @Nullable Categorical filter, int call) {
    double[] ratios = new double[span.length];
    boolean[] accepted = new boolean[span.length];
    int rejected = -1;
    for (int i = 0; i < span.length; i++) {
      double q =
          filter == null
              ? query.predictions().asked(i)
              : filter.probabilities(query.predictions(), i, context.suppressed())[asked[i]];
      ratios[i] = Math.min(1, q / Math.max(step.confidence(span[i]), 1e-12));
      double drawn = context.uniform(call, spanPositions[i], Noise.Purpose.ACCEPT);
      accepted[i] = drawn < ratios[i];
      rejected = rejected < 0 && !accepted[i] ? i : rejected;
    }
    return new Verdict(ratios, accepted, rejected);
  }

  /**
   * Draws a token for a rejected row from what the check gives more probability than the draft did;
   * from the check alone if there is no such token.
   *
   * @param drafted distribution that the draft was drawn from
   * @param call number of the call, for the noise
   */
  int resample(int i, double[] drafted, Categorical filter, int call) {
    double[] p = drafted.clone(); // the filter's own memory
    double[] q = filter.probabilities(query.predictions(), i, context.suppressed());
    return Residual.draw(
        q, p, query.predictions().vocabSize(), v -> context.gumbel(call, spanPositions[i], v));
  }
}
