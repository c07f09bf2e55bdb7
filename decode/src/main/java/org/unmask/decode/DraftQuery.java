package org.unmask.decode;

import java.util.ArrayList;
import java.util.List;
import org.unmask.model.AttentionMask;
import org.unmask.model.KvCache;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * Drafts of a block side by side in one call, for FreeDave (arXiv 2510.00294): they lie end to end
 * behind the canvas in the cache, at repeated rotary positions, with a mask that keeps them apart.
 * With a dual cache a draft is the block, and sees what lies around it; else it is everything from
 * the block's start on.
 */
final class DraftQuery {

  /** A mask that a draft fills. */
  record Fill(int position, int token, double confidence) {}

  private final Canvas canvas;
  private final Query query;
  private final boolean isDual;
  private int[] rows = {};
  private int[] ids = {};
  private int[] positions = {};
  private int[] slots = {};
  private int from;
  private int to;
  private int span;
  private final AttentionMask.Explicit apart = this::sees;

  /**
   * Makes the query of one sequence.
   *
   * @param cache holds the canvas and {@code drafts} drafts behind it
   * @param isDual whether a draft is the block alone
   */
  DraftQuery(Canvas canvas, KvCache cache, int drafts, boolean isDual) {
    this.canvas = canvas;
    this.isDual = isDual;
    query = new Query(cache);
    int room = cache.slots() - canvas.length();
    rows = new int[Math.max(room, drafts)];
    ids = new int[room];
    positions = new int[room];
    slots = new int[room];
  }

  Query query() {
    return query;
  }

  /** Lays out drafts and asks for the masks they leave in the block [start, end). */
  void lay(List<List<Fill>> drafts, int start, int end) {
    from = start;
    to = end;
    span = (isDual ? end : canvas.length()) - start;
    int length = canvas.length();
    int count = 0;
    int predicted = 0;
    for (List<Fill> draft : drafts) {
      int at = count;
      for (int p = start; p < start + span; p++) {
        ids[count] = canvas.token(p);
        positions[count] = p;
        slots[count] = length + count;
        count++;
      }
      draft.forEach(fill -> ids[at + fill.position() - from] = fill.token());
      for (int p = start; p < end; p++) {
        if (ids[at + p - start] == canvas.maskId()) {
          rows[predicted++] = at + p - start;
        }
      }
    }
    query
        .rows(ids, positions, slots, count)
        .keys(length + count)
        .mask(apart)
        .predict(rows, predicted);
  }

  private boolean sees(int row, int slot) {
    int length = canvas.length();
    return slot < length
        ? slot < from || (isDual && slot >= to)
        : (slot - length) / span == row / span;
  }

  /**
   * Reads what is proposed for the masks that a draft leaves in the block [start, end), by
   * position.
   *
   * @param first prediction of the draft's first mask
   */
  List<Fill> fills(Predictions predictions, int first, List<Fill> draft, int start, int end) {
    List<Fill> fills = new ArrayList<>();
    int row = first;
    for (int p = start; p < end; p++) {
      int position = p;
      if (canvas.isMasked(p) && draft.stream().noneMatch(f -> f.position() == position)) {
        fills.add(new Fill(p, predictions.token(row), predictions.confidence(row)));
        row++;
      }
    }
    return fills;
  }
}
