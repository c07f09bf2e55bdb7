package org.unmask.gpu;

import java.util.Arrays;
import org.unmask.model.AttentionMask;

/** Explicit masks as bits, row after row: key k of a row is bit k mod 32 of word k / 32. */
final class MaskWords {

  private int[] words = {};
  private int count;

  void clear() {
    count = 0;
  }

  int[] words() {
    return words;
  }

  int count() {
    return count;
  }

  /** Adds what a row sees of so many keys and returns the word where its bits begin. */
  int add(AttentionMask.Explicit mask, int row, int keys) {
    int first = count;
    int length = Math.ceilDiv(keys, 32);
    if (words.length < first + length) {
      words = Arrays.copyOf(words, Math.max(first + length, 2 * words.length));
    }
    Arrays.fill(words, first, first + length, 0);
    for (int k = 0; k < keys; k++) {
      if (mask.sees(row, k)) {
        words[first + (k >> 5)] |= 1 << k;
      }
    }
    count = first + length;
    return first;
  }
}
