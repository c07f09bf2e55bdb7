package org.unmask.weights;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Names most like a given one, for error messages. */
final class NearestNames {
  private static final int SHOWN = 3;
  private static final int MOST_NAMES = 20_000;
  private static final int LONGEST = 200;

  private NearestNames() {}

  /** Returns up to three of the names, by edit distance and then alphabet. */
  static List<String> of(String wanted, Collection<String> names) {
    record Scored(String name, int distance) {}
    String target = shorten(wanted);
    return names.stream()
        .limit(MOST_NAMES)
        .map(NearestNames::shorten)
        .map(name -> new Scored(name, distance(target, name)))
        .sorted(Comparator.comparingInt(Scored::distance).thenComparing(Scored::name))
        .limit(SHOWN)
        .map(Scored::name)
        .toList();
  }

  private static String shorten(String name) {
    return name.length() <= LONGEST ? name : name.substring(0, LONGEST);
  }

  /** Levenshtein distance, O(|a| |b|) time, O(|b|) memory. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
