package org.unmask.tasks.metric;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/** String operations with the meaning they have in Python, where the reference scores were made. */
final class PythonText {

  private PythonText() {}

  /** Tells whether Python's {@code str.isspace} and {@code str.strip} count this as white space. */
  static boolean isWhitespace(int codePoint) {
    return switch (codePoint) {
      case 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0x1F, 0x20 -> true;
      case 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
      default -> codePoint >= 0x2000 && codePoint <= 0x200A;
    };
  }

  /** Removes white space at both ends. */
  static String strip(String text) {
    return strip(text, PythonText::isWhitespace);
  }

  /** Removes matching characters at both ends; every match must lie in the basic plane. */
  static String strip(String text, IntPredicate remove) {
    int start = 0;
    int end = text.length();
    while (start < end && remove.test(text.charAt(start))) {
      start++;
    }
    while (end > start && remove.test(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  /** Splits at every occurrence; unlike {@link String#split} it keeps trailing empty pieces. */
  static List<String> split(String text, String separator) {
    var pieces = new ArrayList<String>();
    int start = 0;
    for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, start)) {
      pieces.add(text.substring(start, at));
      start = at + separator.length();
    }
    pieces.add(text.substring(start));
    return pieces;
  }

  /** Splits at runs of white space, dropping those at the ends. */
  static List<String> words(String text) {
    var words = new ArrayList<String>();
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || isWhitespace(text.charAt(i))) {
        if (i > start) {
          words.add(text.substring(start, i));
        }
        start = i + 1;
      }
    }
    return words;
  }

  /** Tells whether this is a decimal digit of any script (Unicode category Nd). */
  static boolean isDigit(int codePoint) {
    return Character.getType(codePoint) == Character.DECIMAL_DIGIT_NUMBER;
  }

  /** Reads an integer as {@code int(text)} does, or returns empty where that raises. */
  static Optional<BigInteger> parseInt(String text) {
    String body = strip(text);
    var digits = new StringBuilder();
    if (body.startsWith("-") || body.startsWith("+")) {
      digits.append(body.charAt(0));
      body = body.substring(1);
    }
    boolean digitBefore = false; // underscores may stand between digits only
    for (int i = 0; i < body.length(); i += Character.charCount(body.codePointAt(i))) {
      int codePoint = body.codePointAt(i);
      if (isDigit(codePoint)) {
        digits.append(Character.digit(codePoint, 10));
        digitBefore = true;
      } else if (codePoint == '_' && digitBefore) {
        digitBefore = false;
      } else {
        return Optional.empty();
      }
    }
    return digitBefore ? Optional.of(new BigInteger(digits.toString())) : Optional.empty();
  }
}
