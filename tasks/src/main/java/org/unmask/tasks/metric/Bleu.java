package org.unmask.tasks.metric;

import java.util.List;
import java.util.regex.Pattern;

/**
 * BLEU of one sentence against one reference: n-grams up to 4, no smoothing, tokens as the WMT
 * script mteval-v13a makes them.
 *
 * <p>Source: Papineni et al., "BLEU: a method for automatic evaluation of machine translation", ACL
 * 2002, as the {@code bleu} metric of Hugging Face evaluate computes it.
 */
public final class Bleu {

  private static final int MAX_ORDER = 4;
  private static final Pattern SYMBOL = Pattern.compile("[{-~\\[-` -&(-+:-@/]");
  private static final Pattern STOP_AFTER_NON_DIGIT = Pattern.compile("([^0-9])([.,])");
  private static final Pattern STOP_BEFORE_NON_DIGIT = Pattern.compile("([.,])([^0-9])");
  private static final Pattern DASH_AFTER_DIGIT = Pattern.compile("([0-9])(-)");

  private Bleu() {}

  /**
   * Compares a sentence with a reference.
   *
   * @param candidate the sentence
   * @param reference what it is compared with
   * @return 1 for equal texts of at least four tokens, 0 where any order has no common n-gram
   */
  public static double score(String candidate, String reference) {
    List<String> words = tokens(candidate);
    List<String> expected = tokens(reference);
    if (words.isEmpty() || expected.isEmpty()) {
      return 0.0;
    }
    double logSum = 0;
    for (int order = 1; order <= MAX_ORDER; order++) {
      int possible = words.size() - order + 1;
      int matches = possible > 0 ? NGrams.common(words, expected, order) : 0;
      if (matches == 0) {
        return 0.0;
      }
      logSum += Math.log((double) matches / possible) / MAX_ORDER;
    }
    double ratio = (double) words.size() / expected.size();
    double brevityPenalty = ratio > 1.0 ? 1.0 : Math.exp(1.0 - 1.0 / ratio);
    return Math.exp(logSum) * brevityPenalty;
  }

  /** Splits a text into tokens as mteval-v13a does. */
  static List<String> tokens(String text) {
    String line = text.replace("<skipped>", "").replace("-\n", "").replace("\n", " ");
    line =
        line.replace("&quot;", "\"")
            .replace("&amp;", "&")
            .replace("&lt;", "<")
            .replace("&gt;", ">");
    line = SYMBOL.matcher(" " + line + " ").replaceAll(" $0 ");
    line = STOP_AFTER_NON_DIGIT.matcher(line).replaceAll("$1 $2 ");
    line = STOP_BEFORE_NON_DIGIT.matcher(line).replaceAll(" $1 $2");
    line = DASH_AFTER_DIGIT.matcher(line).replaceAll("$1 $2 ");
    return PythonText.words(line);
  }
}
