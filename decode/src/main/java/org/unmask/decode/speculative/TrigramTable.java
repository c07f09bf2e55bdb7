package org.unmask.decode.speculative;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which token follows two others, with weights that adapt to the text: ADED's stand-in for the
 * language model.
 *
 * <p>At most 12 successors per pair are kept, the heaviest. Weights of a corpus start as shares of
 * the pair's count; each adaptation adds to them, so they are no probabilities then.
 */
public final class TrigramTable {

  static final int SUCCESSORS = 12;

  private static final float STEP = 0.04f;
  private static final float MOST = 3f;

  private final @Nullable TrigramTable base;
  private long[] keys = new long[256];
  private Entry[] entries = new Entry[256];
  private int size;

  /** Successors of a pair, heaviest first; ties by lower token. */
  static final class Entry {
    final int[] tokens = new int[SUCCESSORS];
    final float[] weights = new float[SUCCESSORS];
    int count;

    Entry copy() {
      Entry copy = new Entry();
      System.arraycopy(tokens, 0, copy.tokens, 0, count);
      System.arraycopy(weights, 0, copy.weights, 0, count);
      copy.count = count;
      return copy;
    }
  }

  private TrigramTable(@Nullable TrigramTable base) {
    this.base = base;
  }

  /**
   * Makes the table of a corpus.
   *
   * @param tokens of the corpus; none for an empty table
   */
  public static TrigramTable of(int... tokens) {
    Map<Long, Map<Integer, Integer>> counts = new HashMap<>();
    for (int i = 2; i < tokens.length; i++) {
      counts
          .computeIfAbsent(key(tokens[i - 2], tokens[i - 1]), _ -> new HashMap<>())
          .merge(tokens[i], 1, Integer::sum);
    }
    TrigramTable table = new TrigramTable(null);
    counts.forEach(
        (pair, thirds) -> {
          float all = thirds.values().stream().mapToInt(n -> n).sum();
          thirds.entrySet().stream()
              .sorted(
                  Comparator.comparingInt((Map.Entry<Integer, Integer> e) -> -e.getValue())
                      .thenComparing(Map.Entry.comparingByKey()))
              .limit(SUCCESSORS)
              .forEach(e -> add(table.own(pair), e.getKey(), e.getValue() / all));
        });
    return table;
  }

  /** Returns a table that starts as this one and whose adaptation does not reach it. */
  public TrigramTable copy() {
    return new TrigramTable(this);
  }

  /** Returns the successors of two tokens, or null if none are known. */
  @Nullable Entry find(int first, int second) {
    return find(key(first, second));
  }

  private @Nullable Entry find(long pair) {
    Entry entry = entries[slot(pair)];
    return entry == null && base != null ? base.find(pair) : entry;
  }

  /** Makes a third token after two others heavier. */
  void adapt(int first, int second, int third) {
    add(own(key(first, second)), third, STEP);
  }

  /** Returns the successors of a pair in this very table. */
  private Entry own(long pair) {
    int at = slot(pair);
    if (entries[at] == null) {
      if (2 * ++size > keys.length) {
        grow();
        at = slot(pair);
      }
      Entry known = base == null ? null : base.find(pair);
      keys[at] = pair;
      entries[at] = known == null ? new Entry() : known.copy();
    }
    return entries[at];
  }

  private static void add(Entry entry, int third, float weight) {
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

  @Override
  public String toString() {
    return "TrigramTable[" + size + " pairs" + (base == null ? "]" : " over " + base + "]");
  }
}
