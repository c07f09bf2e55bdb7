package org.unmask.model.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * The stretches of a text in which special tokens are ordinary text.
 *
 * @param ends pairs of start and end, ascending, without overlap
 */
record PlainRanges(List<int[]> ends) {
  static final PlainRanges NONE = new PlainRanges(List.of());

  static PlainRanges all(int length) {
    return new PlainRanges(List.of(new int[] {0, length}));
  }

  /** Tells whether a stretch shares a character with one of these. */
  boolean touch(int from, int to) {
    for (int[] range : ends) {
      if (from < range[1] && range[0] < to) {
        return true;
      }
    }
    return false;
  }

  /** Returns these ranges as they lie in a part of the text, moved by {@code position}. */
  PlainRanges within(int from, int to, IntUnaryOperator position) {
    if (ends.isEmpty()) {
      return NONE;
    }
    List<int[]> inside = new ArrayList<>();
    for (int[] range : ends) {
      int start = Math.max(range[0], from);
      int end = Math.min(range[1], to);
      if (start < end) {
        inside.add(new int[] {position.applyAsInt(start - from), position.applyAsInt(end - from)});
      }
    }
    return new PlainRanges(inside);
  }
}
