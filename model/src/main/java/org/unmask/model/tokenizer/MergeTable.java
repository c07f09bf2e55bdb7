package org.unmask.model.tokenizer;

import java.util.Arrays;

/** From a pair of ids to the rank of its merge: an open-addressing hash table without boxes. */
final class MergeTable {
  private static final int NONE = -1;

  private final long[] pairs;
  private final int[] ranks;
  private final int[] results; // by rank
  private final int mask;

  MergeTable(int size) {
    int capacity = Integer.highestOneBit(Math.max(size, 4)) * 4;
    pairs = new long[capacity];
    ranks = new int[capacity];
    results = new int[size];
    mask = capacity - 1;
    Arrays.fill(ranks, NONE);
  }

  /** Adds a merge; a pair listed twice keeps its last rank. */
  void put(int left, int right, int rank, int result) {
    int slot = slot(pair(left, right));
    pairs[slot] = pair(left, right);
    ranks[slot] = rank;
    results[rank] = result;
  }

  /** Returns the rank of a pair's merge, or -1 if the pair does not merge. */
  int rank(int left, int right) {
    return ranks[slot(pair(left, right))];
  }

  /** Returns the id that a merge produces. */
  int result(int rank) {
    return results[rank];
  }

  private static long pair(int left, int right) {
    return (long) left << 32 | right;
  }

  private int slot(long pair) {
    long hash = pair * 0x9E3779B97F4A7C15L;
    int slot = (int) (hash >>> 32) & mask;
    while (ranks[slot] != NONE && pairs[slot] != pair) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
