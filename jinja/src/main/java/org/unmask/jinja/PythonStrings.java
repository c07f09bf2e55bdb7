package org.unmask.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;

/** The methods of Python's {@code str} that chat templates use. */
final class PythonStrings {

  /** What Python calls white space: Unicode's, and the separators U+001C to U+001F. */
  static final IntPredicate SPACE =
      c -> Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;

  private static final Pattern WORD = Pattern.compile("\\p{L}+");

  private PythonStrings() {}

  /**
   * Calls a method.
   *
   * @throws IllegalArgumentException if it is not known, or its arguments are not
   */
  static Object call(String text, String method, Object... args) {
    String first = args.length > 0 && args[0] instanceof String s ? s : "";
    return switch (method + args.length) {
      case "strip0" -> strip(text, SPACE);
      case "lstrip0" -> stripStart(text, SPACE);
      case "rstrip0" -> stripEnd(text, SPACE);
      case "strip1" -> strip(text, in(first));
      case "lstrip1" -> stripStart(text, in(first));
      case "rstrip1" -> stripEnd(text, in(first));
      case "startswith1" -> text.startsWith(first);
      case "endswith1" -> text.endsWith(first);
      case "split1" -> split(text, first);
      case "replace2" -> text.replace(first, args[1].toString());
      case "upper0" -> text.toUpperCase(Locale.ROOT);
      case "lower0" -> text.toLowerCase(Locale.ROOT);
      case "capitalize0" -> capitalize(text);
      case "title0" -> WORD.matcher(text).replaceAll(word -> capitalize(word.group()));
      default ->
          throw new IllegalArgumentException(
              "the string method %s with %d arguments is not supported"
                  .formatted(method, args.length));
    };
  }

  private static String capitalize(String text) {
    return text.substring(0, Math.min(1, text.length())).toUpperCase(Locale.ROOT)
        + text.substring(Math.min(1, text.length())).toLowerCase(Locale.ROOT);
  }

  private static IntPredicate in(String characters) {
    return c -> characters.indexOf(c) >= 0;
  }

  static String strip(String text, IntPredicate drop) {
    return stripStart(stripEnd(text, drop), drop);
  }

  private static String stripStart(String text, IntPredicate drop) {
    int from = 0;
    while (from < text.length() && drop.test(text.charAt(from))) {
      from++;
    }
    return text.substring(from);
  }

  private static String stripEnd(String text, IntPredicate drop) {
    int to = text.length();
    while (to > 0 && drop.test(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(0, to);
  }

  private static List<String> split(String text, String separator) {
    if (separator.isEmpty()) {
      throw new IllegalArgumentException("split needs a separator that is not empty");
    }
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, from)) {
      parts.add(text.substring(from, at));
      from = at + separator.length();
    }
    parts.add(text.substring(from));
    return parts;
  }
}
