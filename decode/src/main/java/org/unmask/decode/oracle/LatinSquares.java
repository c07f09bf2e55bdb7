package org.unmask.decode.oracle;

import java.util.ArrayList;
import java.util.List;

/** All Latin squares of a small order. */
final class LatinSquares {

  private LatinSquares() {}

  /**
   * Lists the squares row by row.
   *
   * @param n order; 2, 12 and 576 squares for 2, 3 and 4
   */
  static List<int[]> all(int n) {
    List<int[]> squares = new ArrayList<>();
    fill(new int[n * n], n, 0, squares);
    return squares;
  }

  private static void fill(int[] square, int n, int at, List<int[]> squares) {
    if (at == square.length) {
      squares.add(square.clone());
      return;
    }
    for (int symbol = 0; symbol < n; symbol++) {
      if (fits(square, n, at, symbol)) {
        square[at] = symbol;
        fill(square, n, at + 1, squares);
      }
    }
  }

  private static boolean fits(int[] square, int n, int at, int symbol) {
    for (int k = at - at % n; k < at; k++) {
      if (square[k] == symbol) {
        return false;
      }
    }
    for (int k = at % n; k < at; k += n) {
      if (square[k] == symbol) {
        return false;
      }
    }
    return true;
  }
}
