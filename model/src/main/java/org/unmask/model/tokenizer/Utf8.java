package org.unmask.model.tokenizer;

import java.nio.charset.StandardCharsets;

/**
 * UTF-8 with replacement exactly as Rust and Python have it: one U+FFFD per maximal subpart of an
 * ill-formed sequence (Unicode 3.9, best practice), which {@code new String(bytes, UTF_8)} departs
 * from.
 */
final class Utf8 {
  private static final char REPLACEMENT = '\uFFFD';

  private Utf8() {}

  /** Decodes bytes, replacing ill-formed parts. */
  static String decode(byte[] bytes, int length) {
    StringBuilder out = new StringBuilder(length);
    int i = 0;
    while (i < length) {
      int size = sequenceLength(bytes, i, length);
      if (size > 0) {
        out.append(new String(bytes, i, size, StandardCharsets.UTF_8));
        i += size;
      } else {
        out.append(REPLACEMENT);
        i -= size;
      }
    }
    return out.toString();
  }

  /**
   * Returns how many bytes at the end are the start of a character whose rest may still come: 0 to
   * 3. All bytes before them have their final decoding.
   */
  static int incompleteTail(byte[] bytes, int length) {
    for (int back = 1; back <= Math.min(3, length); back++) {
      int start = length - back;
      if ((bytes[start] & 0xC0) != 0x80) { // the last byte that is not a continuation byte
        boolean unfinished =
            -sequenceLength(bytes, start, length) == back
                && back < expectedLength(bytes[start] & 0xFF);
        return unfinished ? back : 0;
      }
    }
    return 0;
  }

  /**
   * Returns the length of the character at {@code i}, or minus the length of the ill-formed maximal
   * subpart there.
   */
  private static int sequenceLength(byte[] bytes, int i, int length) {
    int lead = bytes[i] & 0xFF;
    int expected = expectedLength(lead);
    if (expected <= 1) {
      return expected == 1 ? 1 : -1;
    }
    for (int k = 1; k < expected; k++) {
      if (i + k >= length) {
        return -k;
      }
      int b = bytes[i + k] & 0xFF;
      int low = 0x80;
      int high = 0xBF;
      if (k == 1) { // excludes overlong forms, surrogates and code points past U+10FFFF
        switch (lead) {
          case 0xE0 -> low = 0xA0;
          case 0xED -> high = 0x9F;
          case 0xF0 -> low = 0x90;
          case 0xF4 -> high = 0x8F;
          default -> {}
        }
      }
      if (b < low || b > high) {
        return -k;
      }
    }
    return expected;
  }

  /** Length that a lead byte announces; 0 if it can start nothing. */
  private static int expectedLength(int lead) {
    if (lead < 0x80) {
      return 1;
    }
    if (lead < 0xC2 || lead > 0xF4) {
      return 0;
    }
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  }

  /** Replaces halves of surrogate pairs, which UTF-8 cannot express, by U+FFFD. */
  static String wellFormed(String text) {
    int i = 0;
    while (i < text.length() && !Character.isSurrogate(text.charAt(i))) {
      i++;
    }
    if (i == text.length()) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length()).append(text, 0, i);
    while (i < text.length()) {
      int codePoint = text.codePointAt(i);
      boolean half = Character.MIN_SURROGATE <= codePoint && codePoint <= Character.MAX_SURROGATE;
      out.appendCodePoint(half ? REPLACEMENT : codePoint);
      i += Character.charCount(codePoint);
    }
    return out.toString();
  }
}
