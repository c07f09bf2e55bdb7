package org.unmask.tasks.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the list in a model's output, and writes lists as prompts do.
 *
 * <p>Both forms look between the last {@code [} and the first {@code ]} after it. Source:
 * ParallelBench release {@code paper-2510}, reproduced with its quirks.
 */
public final class ListParser {

  private ListParser() {}

  /**
   * Reads a list and never fails: without brackets the whole text is used, so prose becomes items.
   *
   * <p>Items are split at commas. Blank ones are dropped; of the others, double quotes and spaces
   * are stripped at both ends, but no tab, line break or other quote.
   *
   * @param text any text
   * @return the items, none for blank text
   */
  public static List<String> loose(String text) {
    String inside = PythonText.strip(between(text), c -> c == '[' || c == ']');
    var items = new ArrayList<String>();
    for (String piece : PythonText.split(inside, ",")) {
      if (!PythonText.strip(piece).isEmpty()) {
        items.add(PythonText.strip(piece, c -> c == '"' || c == ' '));
      }
    }
    return items;
  }

  /**
   * Reads a list written exactly as in the prompt: {@code ["A B", "C D"]}, with any text around.
   *
   * @param text any text
   * @return the items, or empty if brackets, quotes or separators are not as they should be
   */
  public static Optional<List<String>> strict(String text) {
    int open = text.lastIndexOf('[');
    if (open < 0 || text.indexOf(']', open) < 0) {
      return Optional.empty();
    }
    var items = new ArrayList<String>();
    for (String piece : PythonText.split(between(text), ", ")) {
      if (!piece.startsWith("\"") || !piece.endsWith("\"")) {
        return Optional.empty();
      }
      String item = piece.length() < 2 ? "" : piece.substring(1, piece.length() - 1);
      if (item.contains("\"")) {
        return Optional.empty();
      }
      items.add(item);
    }
    return Optional.of(items);
  }

  /** Writes a list as prompts show it: {@code ["A B", "C D"]}. */
  public static String write(List<String> items) {
    return "[\"" + String.join("\", \"", items) + "\"]";
  }

  private static String between(String text) {
    String tail = text.substring(text.lastIndexOf('[') + 1);
    int end = tail.indexOf(']');
    return end < 0 ? tail : tail.substring(0, end);
  }
}
