package org.unmask.decode;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmask.model.Query;

/**
 * Answers the first calls of a sequence from a recording, so that decoding goes on where it left
 * off without computing them again.
 *
 * <p>A call is made all the same where the recording does not hold what the rule reads (logits,
 * attention, which rows a cache chose), and where it writes rows of a cache that later calls read:
 * from the last call on that wrote all of them.
 *
 * @param predictions what each recorded step predicted; null where that was not recorded
 * @param cacheFrom step from which on calls with a cache must be made
 */
public record Replay(List<@Nullable RowPredictions> predictions, int cacheFrom) {

  /**
   * Makes a replay of the steps before one.
   *
   * @param steps of the recording, in order; those from {@code from} on only tell how far the cache
   *     is read
   * @param from the first step that is to be decoded anew
   */
  public static Replay of(List<DecodeStep> steps, int from) {
    int keys = 0;
    for (int i = from; i < steps.size(); i++) {
      keys = Math.max(keys, keys(steps.get(i)));
    }
    int cacheFrom = from;
    boolean isWhole = false;
    while (!isWhole && cacheFrom > 0) {
      DecodeStep step = steps.get(--cacheFrom);
      keys = Math.max(keys, keys(step));
      DecodeStep.Rows rows = step.work().main();
      isWhole = rows.calls() == 1 && rows.queryRows() == keys && rows.keptRows() == 0;
    }
    return new Replay(
        steps.subList(0, from).stream()
            .<@Nullable RowPredictions>map(DecodeStep::predictions)
            .toList(),
        cacheFrom);
  }

  private static int keys(DecodeStep step) {
    DecodeStep.Rows rows = step.work().main();
    return Math.toIntExact(rows.keyRows()); // of several calls the sum, which is no less
  }

  /**
   * Answers a call, if it can.
   *
   * @param step number of the call
   * @param query what was asked
   * @return whether the query has its predictions, and the network need not be asked
   */
  boolean answers(int step, Query query, int promptLength) {
    if (step >= predictions.size()
        || (query.cache() != null && step >= cacheFrom)
        || query.wantsLogits()
        || query.asks()
        || query.reuse() != null
        || query.attentionLayers() > 0) {
      return false;
    }
    RowPredictions recorded = predictions.get(step);
    return recorded != null && recorded.answer(query, promptLength);
  }
}
