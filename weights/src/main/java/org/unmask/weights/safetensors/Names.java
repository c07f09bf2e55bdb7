package org.unmask.weights.safetensors;

/** Quotes names that come out of files, so that no message spans two lines or a whole screen. */
public final class Names {
  private static final int LONGEST = 120;

  private Names() {}

  /**
   * Quotes a name for a one-line message: control characters escaped, long names cut.
   *
   * @param name any text
   * @return the name in single quotes, on one line, about 120 characters at most
   */
  public static String quote(String name) {
    StringBuilder out = new StringBuilder("'");
    for (int i = 0; i < name.length(); i++) {
      if (out.length() > LONGEST) {
        return out.append("...'").toString();
      }
      char c = name.charAt(i);
      if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029' || Character.isSurrogate(c)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('\'').toString();
  }
}
