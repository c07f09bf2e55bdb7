package org.unmask.decode;

import java.util.Arrays;
import java.util.stream.IntStream;

/** The rows chosen at one step. */
final class Picks {

  private int[] rows = new int[16];
  private int count;

  /** Chooses a row; choosing it twice is the rule's mistake. */
  void add(int row) {
    if (count == rows.length) {
      rows = Arrays.copyOf(rows, 2 * count);
    }
    rows[count++] = row;
  }

  boolean contains(int row) {
    for (int i = 0; i < count; i++) {
      if (rows[i] == row) {
        return true;
      }
    }
    return false;
  }

  /** Returns the rows in ascending order; for records, not for the hot path. */
  IntStream ascending() {
    return Arrays.stream(rows, 0, count).sorted();
  }

  int count() {
    return count;
  }

  int row(int i) {
    return rows[i];
  }

  void clear() {
    count = 0;
  }
}
