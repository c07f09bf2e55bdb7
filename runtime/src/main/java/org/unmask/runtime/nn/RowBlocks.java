package org.unmask.runtime.nn;

import org.unmask.runtime.kernel.MatrixKernel;

/**
 * Left-hand sides of products with packed weights: rows cut into blocks of 256 columns, {@code
 * [column / 256][row][256]}, so that rows of a block are a fixed distance apart.
 */
public final class RowBlocks {

  private static final int DEPTH = MatrixKernel.DEPTH;

  private final float[] data;
  private final int maxRows;
  private final int columns;

  /**
   * Allocates room.
   *
   * @param maxRows rows it can hold
   * @param columns columns of each row
   */
  public RowBlocks(int maxRows, int columns) {
    this.maxRows = maxRows;
    this.columns = columns;
    data = new float[Math.ceilDiv(columns, DEPTH) * maxRows * DEPTH];
  }

  /** Returns the columns of each row. */
  public int columns() {
    return columns;
  }

  /** Returns the elements. */
  public float[] data() {
    return data;
  }

  /** Returns where an element is; up to the next multiple of 256 columns the others follow it. */
  public int offset(int row, int column) {
    return (column / DEPTH * maxRows + row) * DEPTH + column % DEPTH;
  }

  /** Copies one row of blocks with as many columns. */
  public void copy(RowBlocks source, int from, int row) {
    for (int k = 0; k < columns; k += DEPTH) {
      int n = Math.min(DEPTH, columns - k);
      System.arraycopy(source.data, source.offset(from, k), data, offset(row, k), n);
    }
  }

  /** Stores one row. */
  public void set(int row, float[] source, int from) {
    for (int k = 0; k < columns; k += DEPTH) {
      System.arraycopy(source, from + k, data, offset(row, k), Math.min(DEPTH, columns - k));
    }
  }
}
