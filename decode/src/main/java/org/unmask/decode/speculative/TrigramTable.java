package org.unmask.decode.speculative;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which token follows two others, with weights that adapt to the text: ADED's stand-in for the
 * language model.
 *
 * <p>At most 12 successors per pair are kept, the heaviest. Weights of a corpus start as shares of
 * the pair's count, looked up when the pair is first seen; each adaptation adds to them, so that
 * they are no probabilities then.
 */
public final class TrigramTable {

  static final int SUCCESSORS = 12;

  private static final float STEP = 0.04f;
  private static final float MOST = 3f;

  private final TrigramCounts corpus;
  private final boolean addsToIt;
  private long[] keys = new long[256];
  private Entry[] entries = new Entry[256];
  private int size;

  /** Successors of a pair, heaviest first; ties by lower token. */
  static final class Entry {
    final int[] tokens = new int[SUCCESSORS];
    final float[] weights = new float[SUCCESSORS];
    int count;
  }

  /**
   * Starts with the shares of a corpus.
   *
   * @param addsToIt whether new text is counted there, for the tables made later
   */
  public TrigramTable(TrigramCounts corpus, boolean addsToIt) {
    this.corpus = corpus;
    this.addsToIt = addsToIt;
  }

  /** Returns the successors of two tokens, or null if none are known. */
  @Nullable Entry find(int first, int second) {
    Entry entry = entry(key(first, second));
    return entry.count == 0 ? null : entry;
  }

  /** Makes a third token after two others heavier. */
  void adapt(int first, int second, int third, boolean isNew) {
    add(entry(key(first, second)), third, STEP);
    if (isNew && addsToIt) {
      corpus.add(first, second, third);
    }
  }

  /** Returns the successors of a pair, at first those of the corpus. */
  private Entry entry(long pair) {
    int at = slot(pair);
    if (entries[at] == null) {
      if (2 * ++size > keys.length) {
        grow();
        at = slot(pair);
      }
      keys[at] = pair;
      entries[at] = new Entry();
      for (Map.Entry<Integer, Float> third : corpus.shares(pair)) {
        add(entries[at], third.getKey(), third.getValue());
        if (entries[at].count == SUCCESSORS) {
          break;
        }
      }
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

  static long key(int first, int second) {
    return ((long) first << 32) | second;
  }
}
