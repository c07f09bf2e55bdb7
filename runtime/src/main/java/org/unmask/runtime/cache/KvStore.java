package org.unmask.runtime.cache;

/**
 * Keys and values of one layer, packed as attention reads them.
 *
 * <p>Keys are columns, {@code [kvHead][slot / 64][dim][slot mod 64]}; values are rows, {@code
 * [kvHead][slot][paddedDim]}, the head size rounded up to 16 and padded with zeros.
 */
public final class KvStore {

  /** Slots per panel of keys. */
  public static final int PANEL = 64;

  private final int kvHeads;
  private final int headDim;
  private final int paddedDim;
  private final int panels;
  private final float[] keys;
  private final float[] values;

  /**
   * Allocates a store.
   *
   * @param slots rows, at least 1; rounded up to a multiple of 64
   * @param kvHeads key-value heads, at least 1
   * @param headDim head size, at least 1
   * @throws IllegalArgumentException if the store needs more than 2^31 - 9 elements
   */
  public KvStore(int slots, int kvHeads, int headDim) {
    this.kvHeads = kvHeads;
    this.headDim = headDim;
    paddedDim = Math.ceilDiv(headDim, 16) * 16;
    panels = Math.ceilDiv(slots, PANEL);
    long size = (long) panels * PANEL * kvHeads * paddedDim;
    if (slots < 1 || size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "a cache of " + slots + " slots per layer is outside what one layer can hold");
    }
    keys = new float[panels * PANEL * kvHeads * headDim];
    values = new float[(int) size];
  }

  /** Returns the number of slots, a multiple of 64. */
  public int slots() {
    return panels * PANEL;
  }

  /** Returns the distance of two value rows, the head size rounded up to 16. */
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
   * Returns where the 64 keys of a panel begin: dimension d of key j is at d * 64 + j from there.
   */
  public int keyPanel(int head, int panel) {
    return (head * panels + panel) * headDim * PANEL;
  }

  /** Returns where the value of a slot begins. */
  public int value(int head, int slot) {
    return (head * panels * PANEL + slot) * paddedDim;
  }

  /** Stores the key of one head, already rotated. */
  public void putKey(int head, int slot, float[] source, int from) {
    int at = keyPanel(head, slot / PANEL) + slot % PANEL;
    for (int d = 0; d < headDim; d++) {
      keys[at + d * PANEL] = source[from + d];
    }
  }

  /** Stores the value of one head. */
  public void putValue(int head, int slot, float[] source, int from) {
    System.arraycopy(source, from, values, value(head, slot), headDim);
  }

  /** Copies one slot over another. */
  public void copy(int from, int to) {
    for (int h = 0; h < kvHeads; h++) {
      int source = keyPanel(h, from / PANEL) + from % PANEL;
      int target = keyPanel(h, to / PANEL) + to % PANEL;
      for (int d = 0; d < headDim; d++) {
        keys[target + d * PANEL] = keys[source + d * PANEL];
      }
      System.arraycopy(values, value(h, from), values, value(h, to), paddedDim);
    }
  }
}
