package org.unmask.runtime.cache;

import org.unmask.runtime.kernel.MatrixKernel;

/**
 * Keys and values of one layer, packed as attention reads them, in panels of 32 columns like
 * weights.
 *
 * <p>A column of keys is a slot, {@code [kvHead][slot / 32][dim][slot mod 32]}; a column of values
 * is a dimension, {@code [kvHead][dim / 32][slot][dim mod 32]}, the head size rounded up to 32 and
 * padded with zeros.
 */
public final class KvStore {

  /** Columns per panel. */
  public static final int PANEL = MatrixKernel.PANEL;

  private final int kvHeads;
  private final int headDim;
  private final int paddedDim;
  private final int panels;
  private final float[] keys;
  private final float[] values;

  /**
   * Allocates a store.
   *
   * @param slots rows, at least 1; rounded up to a multiple of 32
   * @param kvHeads key-value heads, at least 1
   * @param headDim head size, at least 1
   * @throws IllegalArgumentException if the store needs more than 2^31 - 9 elements
   */
  public KvStore(int slots, int kvHeads, int headDim) {
    this.kvHeads = kvHeads;
    this.headDim = headDim;
    paddedDim = Math.ceilDiv(headDim, PANEL) * PANEL;
    panels = Math.ceilDiv(slots, PANEL);
    long size = (long) panels * PANEL * kvHeads * paddedDim;
    if (slots < 1 || size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "a cache of " + slots + " slots per layer is outside what one layer can hold");
    }
    keys = new float[panels * PANEL * kvHeads * headDim];
    values = new float[(int) size];
  }

  /** Returns the number of slots, a multiple of 32. */
  public int slots() {
    return panels * PANEL;
  }

  /** Returns the head size rounded up to whole panels. */
  public int paddedDim() {
    return paddedDim;
  }

  /** Returns the packed keys. */
  public float[] keys() {
    return keys;
  }

  /** Returns the packed values. */
  public float[] values() {
    return values;
  }

  /**
   * Returns where dimension {@code dim} of a key is; dimension d + 1 is 32 further, and where the
   * slot is a multiple of 32, the next 31 slots follow.
   */
  public int key(int head, int slot, int dim) {
    return ((head * panels + slot / PANEL) * headDim + dim) * PANEL + slot % PANEL;
  }

  /**
   * Returns where dimension {@code dim} of a value is; the next slot's is 32 further, and up to a
   * multiple of 32 the next dimensions follow.
   */
  public int value(int head, int slot, int dim) {
    int panel = head * (paddedDim / PANEL) + dim / PANEL;
    return (panel * panels * PANEL + slot) * PANEL + dim % PANEL;
  }

  /** Stores the key of one head, already rotated. */
  public void putKey(int head, int slot, float[] source, int from) {
    int at = key(head, slot, 0);
    for (int d = 0; d < headDim; d++) {
      keys[at + d * PANEL] = source[from + d];
    }
  }

  /** Stores the value of one head. */
  public void putValue(int head, int slot, float[] source, int from) {
    for (int d = 0; d < headDim; d += PANEL) {
      int n = Math.min(PANEL, headDim - d);
      System.arraycopy(source, from + d, values, value(head, slot, d), n);
    }
  }

  /** Copies one slot over another. */
  public void copy(int from, int to) {
    for (int h = 0; h < kvHeads; h++) {
      int source = key(h, from, 0);
      int target = key(h, to, 0);
      for (int d = 0; d < headDim; d++) {
        keys[target + d * PANEL] = keys[source + d * PANEL];
      }
      for (int d = 0; d < headDim; d += PANEL) {
        System.arraycopy(values, value(h, from, d), values, value(h, to, d), PANEL);
      }
    }
  }
}
