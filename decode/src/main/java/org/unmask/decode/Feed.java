package org.unmask.decode;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unmask.model.KvCache;
import org.unmask.model.Query;

/** The rows of one forward call and where the canvas positions lie among them. */
final class Feed {

  private final Query query;
  private int[] ids = {};
  private int[] positions = {};
  private int[] slots = {};
  private int[] rowOf = {};
  private int count;
  private int offset;
  private boolean isSlice;

  Feed(@Nullable KvCache cache) {
    query = cache == null ? new Query() : new Query(cache);
  }

  Query query() {
    return query;
  }

  /** Feeds the canvas positions [from, to); the keys [0, to) are visible. */
  void slice(Canvas canvas, int from, int to) {
    query.rows(canvas.tokens(), from, to);
    isSlice = true;
    offset = from;
    count = to - from;
  }

  /** Starts a list of rows, ended by {@link #finish}. */
  void begin(Canvas canvas) {
    isSlice = false;
    count = 0;
    if (rowOf.length < canvas.length()) {
      rowOf = new int[canvas.length()];
    }
    Arrays.fill(rowOf, -1);
  }

  /** Feeds a canvas position at its own rotary position and slot; ascending. */
  void add(Canvas canvas, int position) {
    rowOf[position] = count;
    add(canvas.token(position), position, position);
  }

  /** Feeds any row. */
  void add(int id, int position, int slot) {
    if (count == ids.length) {
      int room = Math.max(64, 2 * count);
      ids = Arrays.copyOf(ids, room);
      positions = Arrays.copyOf(positions, room);
      slots = Arrays.copyOf(slots, room);
    }
    ids[count] = id;
    positions[count] = position;
    slots[count++] = slot;
  }

  /** Hands the list to the query. */
  void finish(int keys) {
    query.rows(ids, positions, slots, count).keys(keys);
    offset = positions[0];
  }

  /** Returns the row of a canvas position, or -1 if it is not fed. */
  int rowOf(int position) {
    if (isSlice) {
      return position < offset || position >= offset + count ? -1 : position - offset;
    }
    return rowOf[position];
  }

  int offset() {
    return offset;
  }

  int count() {
    return count;
  }
}
