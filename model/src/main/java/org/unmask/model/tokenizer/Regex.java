package org.unmask.model.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.safetensors.Names;

/**
 * The regular expressions of tokenizer files, which are Oniguruma's in Ruby syntax: Unicode
 * classes, {@code ^} and {@code $} at every line, a line ending in {@code \n} only.
 */
final class Regex {
  private static final int FLAGS =
      Pattern.UNICODE_CHARACTER_CLASS | Pattern.MULTILINE | Pattern.UNIX_LINES;

  private Regex() {}

  /** A stretch of text that a pattern matched or left between matches. */
  record Span(int from, int to, boolean matched) {}

  /** Reads {@code {"Regex": ...}} or {@code {"String": ...}}. */
  static Pattern parse(Spec spec) throws CheckpointException {
    if (spec.get("String").exists()) {
      return Pattern.compile(Pattern.quote(spec.string("String")));
    }
    String regex = spec.string("Regex");
    try {
      return Pattern.compile(regex, FLAGS);
    } catch (PatternSyntaxException e) {
      throw spec.fail(
          "is not a regular expression that Java can read: %s in %s"
              .formatted(e.getDescription(), Names.quote(regex)));
    }
  }

  static Pattern compile(String regex) {
    return Pattern.compile(regex, FLAGS);
  }

  /**
   * Covers a text with matches and the gaps between them. An empty match right behind another match
   * does not count.
   *
   * @throws IllegalArgumentException if the pattern needs more stack than there is
   */
  static List<Span> spans(Pattern pattern, String text) {
    List<Span> spans = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    int covered = 0;
    int from = 0;
    int lastEnd = -1;
    while (from <= text.length() && find(matcher, from)) {
      int start = matcher.start();
      int end = matcher.end();
      if (start == end && end == lastEnd) {
        from = end < text.length() ? text.offsetByCodePoints(end, 1) : end + 1;
        continue;
      }
      if (covered < start) {
        spans.add(new Span(covered, start, false));
      }
      spans.add(new Span(start, end, true));
      covered = end;
      from = end;
      lastEnd = end;
    }
    if (covered < text.length()) {
      spans.add(new Span(covered, text.length(), false));
    }
    return spans;
  }

  private static boolean find(Matcher matcher, int from) {
    try {
      return matcher.find(from);
    } catch (StackOverflowError e) { // java.util.regex recurses over repeated groups
      throw new IllegalArgumentException(
          "the tokenizer's pattern %s needs too much stack for this text; shorten the text"
              .formatted(Names.quote(matcher.pattern().pattern())));
    }
  }

  static String replace(Pattern pattern, String text, String content) {
    StringBuilder out = new StringBuilder(text.length());
    for (Span span : spans(pattern, text)) {
      if (span.matched()) {
        out.append(content);
      } else {
        out.append(text, span.from(), span.to());
      }
    }
    return out.toString();
  }
}
