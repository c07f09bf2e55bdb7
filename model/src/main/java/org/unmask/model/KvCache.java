package org.unmask.model;

/**
 * Keys and values of every layer for a number of slots; a slot is one row of attention memory.
 *
 * <p>A {@link Query} says in which slot each of its rows is stored and how many slots are visible.
 * Keys are stored rotated to the position they were written with, so slots need not follow
 * positions.
 */
public interface KvCache {

  /**
   * Sums over keys run in so many lanes, slot by slot. Rows whose slots agree with their positions
   * modulo this number, ascending along what a row sees, give the bits of a plain sequence.
   */
  int LANES = 16;

  /** Returns the number of slots. */
  int slots();

  /**
   * Copies one slot over another in every layer, to keep the accepted rows of a draft.
   *
   * @param from slot to read, in [0, slots)
   * @param to slot to overwrite, in [0, slots)
   */
  void copy(int from, int to);
}
