package org.unmask.model.transformer;

import java.util.Arrays;
import java.util.List;
import org.unmask.model.Query;

/**
 * Rows of several queries laid end to end, with their activations, cut into chunks that one worker
 * takes through a whole stage. A chunk never crosses a query.
 */
final class RowSet {

  /** Most rows per chunk: activations of a chunk stay in the second-level cache. */
  static final int MAX_CHUNK = 48;

  private final int ldx;
  private final int ldq;

  /** Residual stream (rows, ldx). */
  float[] x = {};

  /** Rotated and scaled queries (rows, ldq). */
  float[] q = {};

  /** Keys each row sees, counted from its query's base slot. */
  int[] visible = {};

  /** Row index within its query. */
  int[] queryRow = {};

  int count;

  int chunks;
  int[] chunkQuery = {};
  int[] chunkFrom = {};
  int[] chunkCount = {};

  RowSet(int ldx, int ldq) {
    this.ldx = ldx;
    this.ldq = ldq;
  }

  int ldx() {
    return ldx;
  }

  int ldq() {
    return ldq;
  }

  /** Makes room for rows, keeping nothing. */
  void reset(int rows) {
    count = rows;
    if (visible.length < rows) {
      int room = Math.max(rows, Math.min(2 * visible.length, rows + 4096));
      x = new float[room * ldx];
      q = new float[room * ldq];
      visible = new int[room];
      queryRow = new int[room];
    }
    chunks = 0;
  }

  /** Cuts each query's rows into chunks of nearly equal size. */
  void cut(List<Query> queries, int[] rowsOfQuery, int threads) {
    int target = Math.clamp(Math.ceilDiv(count, 4 * threads), 12, MAX_CHUNK);
    int from = 0;
    for (int i = 0; i < queries.size(); i++) {
      int rows = rowsOfQuery[i];
      int parts = Math.ceilDiv(rows, target);
      for (int p = 0; p < parts; p++) {
        int start = (int) ((long) p * rows / parts);
        int end = (int) ((long) (p + 1) * rows / parts);
        addChunk(i, from + start, end - start);
      }
      from += rows;
    }
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
