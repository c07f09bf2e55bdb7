package org.unmask.tasks.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * ROUGE-1, ROUGE-2 and ROUGE-L F1 with Porter stemming, as the package {@code rouge_score} computes
 * them.
 *
 * <p>Tokens are runs of ASCII letters and digits of the lower-cased text; those longer than three
 * characters are stemmed. Source: Lin, "ROUGE: a package for automatic evaluation of summaries",
 * ACL 2004.
 */
public final class Rouge {

  private static final int LONGEST_UNSTEMMED = 3;

  private Rouge() {}

  /**
   * F1 scores in [0, 1].
   *
   * @param rouge1 of common words
   * @param rouge2 of common word pairs
   * @param rougeL of the longest common subsequence
   */
  public record Scores(double rouge1, double rouge2, double rougeL) {}

  /** Compares a text with a reference. */
  public static Scores compare(String candidate, String reference) {
    var words = tokens(candidate);
    var expected = tokens(reference);
    return new Scores(
        ofGrams(words, expected, 1),
        ofGrams(words, expected, 2),
        f1(longestCommonSubsequence(words, expected), words.size(), expected.size()));
  }

  /** Splits a text into stemmed tokens. */
  static List<String> tokens(String text) {
    var tokens = new ArrayList<String>();
    for (String token : text.toLowerCase(Locale.ROOT).split("[^a-z0-9]+")) {
      if (!token.isEmpty()) {
        tokens.add(token.length() > LONGEST_UNSTEMMED ? PorterStemmer.stem(token) : token);
      }
    }
    return tokens;
  }

  private static double ofGrams(List<String> words, List<String> expected, int order) {
    return f1(
        NGrams.common(words, expected, order),
        words.size() - order + 1,
        expected.size() - order + 1);
  }

  private static double f1(int common, int candidates, int references) {
    double precision = (double) common / Math.max(candidates, 1);
    double recall = (double) common / Math.max(references, 1);
    double sum = precision + recall;
    return sum > 0 ? 2 * precision * recall / sum : 0;
  }

  private static int longestCommonSubsequence(List<String> a, List<String> b) {
    int[] above = new int[b.size() + 1];
    for (String word : a) {
      int[] row = new int[b.size() + 1];
      for (int j = 0; j < b.size(); j++) {
        row[j + 1] = word.equals(b.get(j)) ? above[j] + 1 : Math.max(row[j], above[j + 1]);
      }
      above = row;
    }
    return above[b.size()];
  }
}
