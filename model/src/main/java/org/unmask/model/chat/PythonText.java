package org.unmask.model.chat;

/** Python's string methods, which Jinja's filters are. */
public final class PythonText {
  private PythonText() {}

  /**
   * Strips what Python calls white space: Unicode's, and the separators U+001C to U+001F.
   *
   * @param text any text
   * @return the text without white space at its ends
   */
  public static String strip(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && isSpace(text.charAt(from))) {
      from++;
    }
    while (to > from && isSpace(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  private static boolean isSpace(char c) {
    // Java's two notions cover all of it but U+0085: one lacks no-break spaces, one lacks controls
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
  }
}
