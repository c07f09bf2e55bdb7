package org.unmask.tasks.metric;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Rules that do without the benchmark's quirks. */
final class OwnRules {

  private static final JsonMapper JSON = JsonMapper.shared();

  private OwnRules() {}

  /** Tells whether the text holds a right list, written as a JSON array of strings. */
  static boolean isRightJsonList(Metric metric, Answer answer, String output) {
    return jsonList(output).filter(list -> metric.isRightList(answer, list)).isPresent();
  }

  /** Tells whether the text is a Latin square and nothing else. */
  static boolean isExactSquare(String output, List<String> symbols) {
    Set<String> all = Set.copyOf(symbols);
    var rows = new ArrayList<List<String>>();
    for (String line : PythonText.split(PythonText.strip(output), "\n")) {
      rows.add(PythonText.split(line, ",").stream().map(PythonText::strip).toList());
    }
    if (rows.size() != all.size() || rows.stream().anyMatch(row -> row.size() != all.size())) {
      return false;
    }
    for (int i = 0; i < all.size(); i++) {
      int index = i;
      var column = new HashSet<>(rows.stream().map(row -> row.get(index)).toList());
      if (!column.equals(all) || !new HashSet<>(rows.get(i)).equals(all)) {
        return false;
      }
    }
    return true;
  }

  /** Tells whether every word occurs as a whole word. */
  static boolean hasWords(String output, List<String> words) {
    return words.stream()
        .allMatch(
            word ->
                Pattern.compile(
                        "(?<![\\p{L}\\p{N}])" + Pattern.quote(word) + "(?![\\p{L}\\p{N}])",
                        Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE)
                    .matcher(output)
                    .find());
  }

  private static Optional<List<String>> jsonList(String output) {
    int start = output.indexOf('[');
    int end = output.lastIndexOf(']');
    if (start < 0 || end < start) {
      return Optional.empty();
    }
    try {
      var items = new ArrayList<String>();
      for (var item : JSON.readTree(output.substring(start, end + 1))) {
        if (!item.isString()) {
          return Optional.empty();
        }
        items.add(item.stringValue());
      }
      return Optional.of(items);
    } catch (JacksonException e) { // not JSON: that is an answer too, and a wrong one
      return Optional.empty();
    }
  }
}
