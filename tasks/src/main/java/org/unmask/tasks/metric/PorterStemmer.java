package org.unmask.tasks.metric;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Porter's suffix stripping for English words, with the additions of NLTK's default mode.
 *
 * <p>Source: M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980. NLTK adds a
 * list of irregular words, keeps the {@code ie} of four-letter words, and changes the rules for
 * {@code y}, {@code alli}, {@code bli}, {@code fulli} and {@code logi}.
 */
final class PorterStemmer {

  private static final Map<String, String> IRREGULAR =
      Map.ofEntries(
          Map.entry("sky", "sky"),
          Map.entry("skies", "sky"),
          Map.entry("dying", "die"),
          Map.entry("lying", "lie"),
          Map.entry("tying", "tie"),
          Map.entry("news", "news"),
          Map.entry("innings", "inning"),
          Map.entry("inning", "inning"),
          Map.entry("outings", "outing"),
          Map.entry("outing", "outing"),
          Map.entry("cannings", "canning"),
          Map.entry("canning", "canning"),
          Map.entry("howe", "howe"),
          Map.entry("proceed", "proceed"),
          Map.entry("exceed", "exceed"),
          Map.entry("succeed", "succeed"));

  private static final List<Rule> STEP_1A =
      List.of(
          Rule.always("sses", "ss"),
          Rule.always("ies", "i"),
          Rule.always("ss", "ss"),
          Rule.always("s", ""));

  private static final List<Rule> STEP_2 =
      List.of(
          Rule.measured("ational", "ate"),
          Rule.measured("tional", "tion"),
          Rule.measured("enci", "ence"),
          Rule.measured("anci", "ance"),
          Rule.measured("izer", "ize"),
          Rule.measured("bli", "ble"),
          Rule.measured("alli", "al"),
          Rule.measured("entli", "ent"),
          Rule.measured("eli", "e"),
          Rule.measured("ousli", "ous"),
          Rule.measured("ization", "ize"),
          Rule.measured("ation", "ate"),
          Rule.measured("ator", "ate"),
          Rule.measured("alism", "al"),
          Rule.measured("iveness", "ive"),
          Rule.measured("fulness", "ful"),
          Rule.measured("ousness", "ous"),
          Rule.measured("aliti", "al"),
          Rule.measured("iviti", "ive"),
          Rule.measured("biliti", "ble"),
          Rule.measured("fulli", "ful"),
          // the l counts as part of the stem, so that short ones such as "geo" qualify
          new Rule("logi", "log", stem -> measure(stem + "l") > 0));

  private static final List<Rule> STEP_3 =
      List.of(
          Rule.measured("icate", "ic"),
          Rule.measured("ative", ""),
          Rule.measured("alize", "al"),
          Rule.measured("iciti", "ic"),
          Rule.measured("ical", "ic"),
          Rule.measured("ful", ""),
          Rule.measured("ness", ""));

  private static final List<Rule> STEP_4 =
      List.of(
          Rule.dropped("al"),
          Rule.dropped("ance"),
          Rule.dropped("ence"),
          Rule.dropped("er"),
          Rule.dropped("ic"),
          Rule.dropped("able"),
          Rule.dropped("ible"),
          Rule.dropped("ant"),
          Rule.dropped("ement"),
          Rule.dropped("ment"),
          Rule.dropped("ent"),
          new Rule(
              "ion", "", stem -> measure(stem) > 1 && (stem.endsWith("s") || stem.endsWith("t"))),
          Rule.dropped("ou"),
          Rule.dropped("ism"),
          Rule.dropped("ate"),
          Rule.dropped("iti"),
          Rule.dropped("ous"),
          Rule.dropped("ive"),
          Rule.dropped("ize"));

  private PorterStemmer() {}

  /**
   * Returns the stem of a word.
   *
   * @param word lower-case ASCII letters and digits
   */
  static String stem(String word) {
    String irregular = IRREGULAR.get(word);
    if (irregular != null) {
      return irregular;
    }
    if (word.length() <= 2) {
      return word;
    }
    String stem = step1c(step1b(step1a(word)));
    stem = apply(STEP_4, apply(STEP_3, step2(stem)));
    return step5b(step5a(stem));
  }

  /** Plurals. */
  private static String step1a(String word) {
    if (word.length() == 4 && word.endsWith("ies")) {
      return cut(word, 1);
    }
    return apply(STEP_1A, word);
  }

  /** Past tense and gerund. */
  private static String step1b(String word) {
    if (word.endsWith("ied")) {
      return cut(word, word.length() == 4 ? 1 : 2);
    }
    if (word.endsWith("eed")) {
      return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
    }
    for (String suffix : List.of("ed", "ing")) {
      if (word.endsWith(suffix) && hasVowel(cut(word, suffix.length()))) {
        return repaired(cut(word, suffix.length()));
      }
    }
    return word;
  }

  /** Gives back an e, or drops a doubled letter, where a suffix had changed the word's end. */
  private static String repaired(String stem) {
    if (stem.endsWith("at") || stem.endsWith("bl") || stem.endsWith("iz")) {
      return stem + "e";
    }
    if (endsWithDoubleConsonant(stem)) {
      return "lsz".indexOf(stem.charAt(stem.length() - 1)) >= 0 ? stem : cut(stem, 1);
    }
    return measure(stem) == 1 && endsConsonantVowelConsonant(stem) ? stem + "e" : stem;
  }

  /** Final y after a consonant that is not the first letter. */
  private static String step1c(String word) {
    boolean turns = word.length() > 2 && word.endsWith("y") && isConsonant(word, word.length() - 2);
    return turns ? cut(word, 1) + "i" : word;
  }

  private static String step2(String word) {
    if (word.endsWith("alli") && measure(cut(word, 4)) > 0) {
      return step2(cut(word, 2));
    }
    return apply(STEP_2, word);
  }

  /** Final e. */
  private static String step5a(String word) {
    if (!word.endsWith("e")) {
      return word;
    }
    String stem = cut(word, 1);
    int measure = measure(stem);
    return measure > 1 || measure == 1 && !endsConsonantVowelConsonant(stem) ? stem : word;
  }

  /** Final double l. */
  private static String step5b(String word) {
    return word.endsWith("ll") && measure(cut(word, 1)) > 1 ? cut(word, 1) : word;
  }

  /** Applies the first rule whose suffix the word has; if its condition fails, none. */
  private static String apply(List<Rule> rules, String word) {
    for (var rule : rules) {
      if (word.endsWith(rule.suffix)) {
        String stem = cut(word, rule.suffix.length());
        return rule.condition.test(stem) ? stem + rule.replacement : word;
      }
    }
    return word;
  }

  private static String cut(String word, int letters) {
    return word.substring(0, word.length() - letters);
  }

  private static boolean isConsonant(String word, int i) {
    char letter = word.charAt(i);
    if (letter == 'y') {
      return i == 0 || !isConsonant(word, i - 1);
    }
    return "aeiou".indexOf(letter) < 0;
  }

  /** Porter's m: how often a consonant follows a vowel. */
  private static int measure(String stem) {
    int m = 0;
    for (int i = 1; i < stem.length(); i++) {
      if (isConsonant(stem, i) && !isConsonant(stem, i - 1)) {
        m++;
      }
    }
    return m;
  }

  private static boolean hasVowel(String stem) {
    for (int i = 0; i < stem.length(); i++) {
      if (!isConsonant(stem, i)) {
        return true;
      }
    }
    return false;
  }

  private static boolean endsWithDoubleConsonant(String word) {
    int n = word.length();
    return n >= 2 && word.charAt(n - 1) == word.charAt(n - 2) && isConsonant(word, n - 1);
  }

  private static boolean endsConsonantVowelConsonant(String word) {
    int n = word.length();
    if (n == 2) { // an addition of NLTK
      return !isConsonant(word, 0) && isConsonant(word, 1);
    }
    return n >= 3
        && isConsonant(word, n - 3)
        && !isConsonant(word, n - 2)
        && isConsonant(word, n - 1)
        && "wxy".indexOf(word.charAt(n - 1)) < 0;
  }

  /** Replaces a suffix if what stands before it meets a condition. */
  private record Rule(String suffix, String replacement, Predicate<String> condition) {

    static Rule always(String suffix, String replacement) {
      return new Rule(suffix, replacement, stem -> true);
    }

    static Rule measured(String suffix, String replacement) {
      return new Rule(suffix, replacement, stem -> measure(stem) > 0);
    }

    static Rule dropped(String suffix) {
      return new Rule(suffix, "", stem -> measure(stem) > 1);
    }
  }
}
