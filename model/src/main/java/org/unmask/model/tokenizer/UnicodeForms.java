package org.unmask.model.tokenizer;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Unicode normalization forms as the official library computes them: with Unicode 9 data.
 *
 * <p>The JDK's data is newer (16 in JDK 25). The 329 code points that got a decomposition, a
 * composition or a combining class since are inert in the library, so a text is cut around them and
 * the pieces are normalised one by one. Found by comparing all code points, alone and beside marks
 * of every combining class.
 */
final class UnicodeForms {
  private static final int[][] NEWER =
      ranges(
          "7fd 897-89f 8ca-8d3 9fe c3c d3b-d3c eba 1715 1abf-1ace 1df6-1dfa 32ff a7f2-a7f4 a82c ab69"
              + " 105c9 105d2 105da 105e4 10781-10785 10787-107b0 107b2-107ba 10d24-10d27"
              + " 10d69-10d6d 10eab-10eac 10efd-10eff 10f46-10f50 10f82-10f85 11070 1133b"
              + " 11382-11385 1138b 1138e 11390-11391 113b8 113bb 113c2 113c5 113c7-113c9"
              + " 113ce-113d0 1145e 11839-1183a 11930 11935 11938 1193d-1193e 11943 119e0 11a34"
              + " 11a47 11a99 11d42 11d44-11d45 11d97 11f41-11f42 1611e-16129 1612f 16d63"
              + " 16d67-16d6a 16ff0-16ff1 1ccd6-1ccf9 1e030-1e06d 1e08f 1e130-1e136 1e2ae"
              + " 1e2ec-1e2ef 1e4ec-1e4ef 1e5ee-1e5ef 1f16c 1fbf0-1fbf9");
  private static final int FIRST_NEWER = NEWER[0][0];

  private UnicodeForms() {}

  static String normalize(String text, Normalizer.Form form) {
    int done = 0;
    StringBuilder out = null;
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      int next = i + Character.charCount(codePoint);
      if (codePoint >= FIRST_NEWER && isNewer(codePoint)) {
        out = out == null ? new StringBuilder(text.length()) : out;
        out.append(Normalizer.normalize(text.substring(done, i), form));
        out.appendCodePoint(codePoint);
        done = next;
      }
      i = next;
    }
    return out == null
        ? Normalizer.normalize(text, form)
        : out.append(Normalizer.normalize(text.substring(done), form)).toString();
  }

  private static boolean isNewer(int codePoint) {
    int low = 0;
    int high = NEWER.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (codePoint < NEWER[middle][0]) {
        high = middle - 1;
      } else if (codePoint > NEWER[middle][1]) {
        low = middle + 1;
      } else {
        return true;
      }
    }
    return false;
  }

  private static int[][] ranges(String list) {
    List<int[]> ranges = new ArrayList<>();
    for (String range : list.split(" ")) {
      String[] ends = range.split("-");
      ranges.add(
          new int[] {Integer.parseInt(ends[0], 16), Integer.parseInt(ends[ends.length - 1], 16)});
    }
    return ranges.toArray(int[][]::new);
  }
}
