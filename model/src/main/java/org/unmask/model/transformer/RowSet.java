package org.unmask.model.transformer;

import java.util.Arrays;
import java.util.List;
import org.unmask.model.Query;
import org.unmask.runtime.nn.Attention;
import org.unmask.runtime.nn.RowBlocks;

/**
 * Rows of several queries laid end to end, with their activations, cut into chunks that one worker
 * takes through a whole stage. A chunk never crosses a query.
 */
final class RowSet {

  /** Most rows per chunk: activations of a chunk stay in the second-level cache. */
  static final int MAX_CHUNK = 60;

  private static final int MIN_CHUNK = 16;

  private final int ldx;
  private final int queryColumns;

  /** Residual stream (rows, ldx). */
  float[] x = {};

  /** Rotated and scaled queries, heads {@link Attention#headStride} apart. */
  RowBlocks q;

  /** Keys each row sees, counted from its query's base slot. */
  int[] visible = {};

  /** Row index within its query. */
  int[] queryRow = {};

  int count;

  int chunks;
  int[] chunkQuery = {};
  int[] chunkFrom = {};
  int[] chunkCount = {};

  RowSet(int ldx, int queryColumns) {
    this.ldx = ldx;
    this.queryColumns = queryColumns;
    q = new RowBlocks(0, queryColumns);
  }

  int ldx() {
    return ldx;
  }

  /** Makes room for rows, keeping nothing. */
  void reset(int rows) {
    count = rows;
    if (visible.length < rows) {
      int room = Math.max(rows, Math.min(2 * visible.length, rows + 4096));
      x = new float[room * ldx];
      q = new RowBlocks(room, queryColumns);
      visible = new int[room];
      queryRow = new int[room];
    }
    chunks = 0;
  }

  /**
   * Cuts each query's rows into chunks of equal size: as few as {@link #MAX_CHUNK} allows, because
   * each chunk reads the weights anew, but so many parts in all, if that leaves enough rows to
   * each.
   */
  void cut(List<Query> queries, int[] rowsOfQuery, int parts) {
    int first = 0;
    for (int i = 0; i < queries.size(); i++) {
      int rows = rowsOfQuery[i];
      int share = (int) Math.ceilDiv((long) rows * parts, Math.max(1, count));
      int least = Math.ceilDiv(rows, MAX_CHUNK);
      int number = share < parts ? Math.max(share, least) : Math.ceilDiv(least, parts) * parts;
      number = Math.clamp(Math.ceilDiv(rows, MIN_CHUNK), Math.max(1, least), Math.max(1, number));
      int size = Math.ceilDiv(rows, 2 * number) * 2;
      for (int from = 0; from < rows; from += size) {
        addChunk(i, first + from, Math.min(size, rows - from));
      }
      first += rows;
    }
  }

  /** Returns the chunk that a row lies in. */
  int chunkOf(int row) {
    int found = Arrays.binarySearch(chunkFrom, 0, chunks, row);
    return found >= 0 ? found : -found - 2;
  }

  private void addChunk(int query, int from, int rows) {
    if (chunks == chunkQuery.length) {
      int room = Math.max(16, 2 * chunks);
      chunkQuery = Arrays.copyOf(chunkQuery, room);
      chunkFrom = Arrays.copyOf(chunkFrom, room);
      chunkCount = Arrays.copyOf(chunkCount, room);
    }
    chunkQuery[chunks] = query;
    chunkFrom[chunks] = from;
    chunkCount[chunks++] = rows;
  }
}
