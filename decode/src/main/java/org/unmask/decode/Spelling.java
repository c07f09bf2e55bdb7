package org.unmask.decode;

import java.util.Collection;
import java.util.Comparator;

/** Suggestions for misspelt names. */
final class Spelling {

  private Spelling() {}

  /** Returns "did you mean x?" if a known name is near, else the list of all names. */
  static String remedy(String given, Collection<String> known) {
    String nearest =
        known.stream().min(Comparator.comparingInt(name -> distance(given, name))).orElse("");
    return distance(given, nearest) <= Math.max(2, given.length() / 3)
        ? "did you mean '" + nearest + "'?"
        : "it takes " + String.join(", ", known);
  }

  /** Levenshtein distance. */
  static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
      }
      int[] swap = previous;
      previous = current;
      current = swap;
    }
    return previous[b.length()];
  }
}
