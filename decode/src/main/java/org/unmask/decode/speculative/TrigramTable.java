package org.unmask.decode.speculative;

import java.util.Arrays;

/**
 * Which token follows two others, with weights that adapt to the text: ADED's stand-in for the
 * language model.
 *
 * <p>At most 12 successors per pair are kept, the heaviest. Weights of a corpus start as shares of
 * the pair's count; each adaptation adds to them, so they are no probabilities then.
 */
final class TrigramTable {

  static final int SUCCESSORS = 12;

  private static final float STEP = 0.04f;
  private static final float MOST = 3f;

  private long[] keys = new long[256];
  private Entry[] entries = new Entry[256];
  private int size;

  /** Successors of a pair, heaviest first; ties by lower token. */
  static final class Entry {
    final int[] tokens = new int[SUCCESSORS];
    final float[] weights = new float[SUCCESSORS];
    int count;
  }

  /** Returns the successors of two tokens, or null if none are known. */
  @org.jspecify.annotations.Nullable
  Entry find(int first, int second) {
    long key = key(first, second);
    int at = slot(key);
    return entries[at];
  }

  /** Makes a third token after two others heavier. */
  void adapt(int first, int second, int third) {
    add(first, second, third, STEP);
  }

  private void add(int first, int second, int third, float weight) {
    long key = key(first, second);
    int at = slot(key);
    if (entries[at] == null) {
      if (2 * ++size > keys.length) {
        grow();
        at = slot(key);
      }
      keys[at] = key;
      entries[at] = new Entry();
    }
    Entry entry = entries[at];
    int i = 0;
    while (i < entry.count && entry.tokens[i] != third) {
      i++;
    }
    float heavier = Math.min(MOST, (i < entry.count ? entry.weights[i] : 0) + weight);
    if (i == entry.count && entry.count < SUCCESSORS) {
      entry.count++;
    } else if (i == entry.count) {
      i--; // the lightest makes room
    }
    while (i > 0
        && (entry.weights[i - 1] < heavier
            || (entry.weights[i - 1] == heavier && entry.tokens[i - 1] > third))) {
      entry.tokens[i] = entry.tokens[i - 1];
      entry.weights[i] = entry.weights[i - 1];
      i--;
    }
    entry.tokens[i] = third;
    entry.weights[i] = heavier;
  }

  private void grow() {
    long[] oldKeys = keys;
    Entry[] old = entries;
    keys = new long[2 * oldKeys.length];
    entries = new Entry[keys.length];
    for (int i = 0; i < old.length; i++) {
      if (old[i] != null) {
        int at = slot(oldKeys[i]);
        keys[at] = oldKeys[i];
        entries[at] = old[i];
      }
    }
  }

  private int slot(long key) {
    long hash = key * 0x9E3779B97F4A7C15L;
    int at = (int) (hash >>> 40) & (keys.length - 1);
    while (entries[at] != null && keys[at] != key) {
      at = (at + 1) & (keys.length - 1);
    }
    return at;
  }

  private static long key(int first, int second) {
    return ((long) first << 32) | second;
  }

  /** Copies a table, so that one sequence's adaptation does not reach another. */
  TrigramTable copy() {
    TrigramTable copy = new TrigramTable();
    copy.keys = keys.clone();
    copy.entries = new Entry[entries.length];
    copy.size = size;
    for (int i = 0; i < entries.length; i++) {
      if (entries[i] != null) {
        Entry entry = new Entry();
        entry.count = entries[i].count;
        System.arraycopy(entries[i].tokens, 0, entry.tokens, 0, SUCCESSORS);
        System.arraycopy(entries[i].weights, 0, entry.weights, 0, SUCCESSORS);
        copy.entries[i] = entry;
      }
    }
    return copy;
  }

  @Override
  public String toString() {
    return "TrigramTable[" + size + " pairs, room " + Arrays.hashCode(keys) + "]";
  }
}
