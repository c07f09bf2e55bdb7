package org.unmask.tasks.generate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmask.tasks.metric.Answer;
import org.unmask.tasks.parallelbench.Example;
import org.unmask.tasks.random.RandomStream;

/**
 * Makes 4x4 sudokus: one of the 288 full grids, with the digits of random cells left out. Puzzles
 * of the paper's kind, whose blanks are 0, are drawn again until they have one solution.
 *
 * <p>The benchmark's own puzzles come from another project, without their generator; these are like
 * them in size, number of holes and uniqueness.
 */
record SudokuMaker(int holes, char blank) implements ExampleMaker {

  private static final int SIZE = 4;
  private static final int CELLS = SIZE * SIZE;

  /** All full grids, cells row by row, as digits. */
  private static final List<String> GRIDS = solutions("0".repeat(CELLS));

  @Override
  public List<Integer> sizes() {
    return List.of(CELLS - holes);
  }

  @Override
  public Example make(RandomStream random, int length) {
    String solution = random.choose(GRIDS);
    String puzzle = dig(solution, random);
    if (blank != '0') {
      var input = new LinkedHashMap<String, Object>();
      input.put("size", SIZE);
      input.put("puzzle", lines(puzzle).replace('0', blank));
      var metadata = new LinkedHashMap<String, @Nullable Object>();
      metadata.put("length", SIZE);
      metadata.put("num_holes", holes);
      return new Example(input, new Answer.Text(lines(solution)), Optional.empty(), metadata);
    }
    while (solutions(puzzle).size() > 1) {
      puzzle = dig(solution, random);
    }
    return new Example(
        Map.of("sudoku", lines(puzzle)),
        new Answer.Text(lines(solution)),
        Optional.empty(),
        Map.of("length", length));
  }

  private String dig(String solution, RandomStream random) {
    var cells = random.sample(IntStream.range(0, CELLS).boxed().toList(), holes);
    var puzzle = new StringBuilder(solution);
    for (int cell : cells) {
      puzzle.setCharAt(cell, '0');
    }
    return puzzle.toString();
  }

  /** Returns every way to fill the cells that are 0, in ascending order. */
  static List<String> solutions(String puzzle) {
    int cell = puzzle.indexOf('0');
    if (cell < 0) {
      return List.of(puzzle);
    }
    var found = new ArrayList<String>();
    for (char digit = '1'; digit <= '0' + SIZE; digit++) {
      if (fits(puzzle, cell, digit)) {
        found.addAll(solutions(puzzle.substring(0, cell) + digit + puzzle.substring(cell + 1)));
      }
    }
    return found;
  }

  private static boolean fits(String puzzle, int cell, char digit) {
    int row = cell / SIZE;
    int column = cell % SIZE;
    for (int other = 0; other < CELLS; other++) {
      boolean sameRow = other / SIZE == row;
      boolean sameColumn = other % SIZE == column;
      boolean sameBox = other / SIZE / 2 == row / 2 && other % SIZE / 2 == column / 2;
      if ((sameRow || sameColumn || sameBox) && puzzle.charAt(other) == digit) {
        return false;
      }
    }
    return true;
  }

  private static String lines(String grid) {
    var rows = new ArrayList<String>();
    for (int row = 0; row < SIZE; row++) {
      rows.add(grid.substring(row * SIZE, (row + 1) * SIZE));
    }
    return String.join("\n", rows);
  }
}
