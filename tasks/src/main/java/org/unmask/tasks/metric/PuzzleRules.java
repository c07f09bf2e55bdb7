package org.unmask.tasks.metric;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Judges Latin squares and sudokus. Source: ParallelBench release {@code paper-2510}. */
final class PuzzleRules {

  private static final int SUDOKU_SIZE = 4;

  private PuzzleRules() {}

  /**
   * Tells whether a text holds a Latin square.
   *
   * <p>Lines that are no permutation of the symbols are skipped, the first n others are the rows.
   * Columns end with the shortest row, so a row that repeats one cell at its end still passes: a
   * quirk of the reference.
   */
  static boolean isLatinSquare(String output, List<String> symbols) {
    Set<String> all = Set.copyOf(symbols);
    var rows = new ArrayList<List<String>>();
    for (String line : lines(output)) {
      List<String> cells = PythonText.split(line, ",").stream().map(PythonText::strip).toList();
      if (rows.size() < symbols.size() && Set.copyOf(cells).equals(all)) {
        rows.add(cells);
      }
    }
    if (rows.size() < symbols.size()) {
      return false;
    }
    int columns = rows.stream().mapToInt(List::size).min().orElse(0);
    for (int c = 0; c < columns; c++) {
      var column = new HashSet<String>();
      for (var row : rows) {
        column.add(row.get(c));
      }
      if (!column.equals(all)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Tells whether the lines with exactly four decimal digits, of any script and whatever stands
   * around them, are the solution.
   */
  static boolean isSudokuLoose(String output, String solution) {
    var grid = looseGrid(output);
    return grid.isPresent() && grid.equals(looseGrid(solution));
  }

  /** Tells whether the text is the solution and nothing else: four lines of four digits. */
  static boolean isSudokuStrict(String output, String solution) {
    var grid = strictGrid(output);
    return grid.isPresent() && grid.equals(strictGrid(solution));
  }

  private static Optional<List<String>> looseGrid(String text) {
    var rows = new ArrayList<String>();
    for (String line : lines(text.replace(" ", "").replace(",", ""))) {
      var digits = new StringBuilder();
      line.codePoints()
          .filter(PythonText::isDigit)
          .forEach(c -> digits.append(Character.digit(c, 10)));
      if (digits.length() == SUDOKU_SIZE) {
        rows.add(digits.toString());
      }
    }
    return rows.size() == SUDOKU_SIZE ? Optional.of(rows) : Optional.empty();
  }

  private static Optional<List<String>> strictGrid(String text) {
    var rows = new ArrayList<String>();
    for (String line : lines(text)) {
      if (line.codePointCount(0, line.length()) != SUDOKU_SIZE
          || !line.codePoints().allMatch(PythonText::isDigit)) {
        return Optional.empty();
      }
      var digits = new StringBuilder();
      line.codePoints().forEach(c -> digits.append(Character.digit(c, 10)));
      rows.add(digits.toString());
    }
    return rows.size() == SUDOKU_SIZE ? Optional.of(rows) : Optional.empty();
  }

  private static List<String> lines(String text) {
    return PythonText.split(text, "\n").stream()
        .map(PythonText::strip)
        .filter(line -> !line.isEmpty())
        .toList();
  }
}
