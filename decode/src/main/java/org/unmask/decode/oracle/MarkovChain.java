package org.unmask.decode.oracle;

/**
 * A Markov chain of any length; its marginals come from the forward-backward recursion.
 *
 * <p>Cost of a query: n V^2.
 */
public final class MarkovChain implements Joint {

  private final int length;
  private final double[] initial;
  private final double[][] transition;

  /**
   * Makes a chain.
   *
   * @param length n, at least 1
   * @param initial distribution of the first symbol (V)
   * @param transition distribution of the next symbol after each (V, V)
   * @throws IllegalArgumentException if a row is no distribution
   */
  public MarkovChain(int length, double[] initial, double[][] transition) {
    if (length < 1 || transition.length != initial.length) {
      throw new IllegalArgumentException(
          "a chain needs a length of at least 1 and a row per symbol, had %d and %d rows for %d symbols"
              .formatted(length, transition.length, initial.length));
    }
    this.length = length;
    this.initial = checked(initial, initial.length);
    this.transition = new double[initial.length][];
    for (int v = 0; v < initial.length; v++) {
      this.transition[v] = checked(transition[v], initial.length);
    }
  }

  /**
   * Makes a chain that starts anywhere and keeps its symbol with a probability, else goes to any
   * other with equal ones.
   *
   * @param length n, at least 1
   * @param symbols V, at least 2
   * @param stay probability of the same symbol again
   */
  public static MarkovChain staying(int length, int symbols, double stay) {
    double[] initial = new double[symbols];
    double[][] transition = new double[symbols][symbols];
    for (int v = 0; v < symbols; v++) {
      initial[v] = 1.0 / symbols;
      for (int w = 0; w < symbols; w++) {
        transition[v][w] = v == w ? stay : (1 - stay) / (symbols - 1);
      }
    }
    return new MarkovChain(length, initial, transition);
  }

  private static double[] checked(double[] row, int count) {
    double sum = 0;
    boolean isValid = row.length == count;
    for (double p : row) {
      isValid &= p >= 0;
      sum += p;
    }
    if (!isValid || Math.abs(sum - 1) > 1e-9) {
      throw new IllegalArgumentException(
          "a row of a chain needs %d probabilities that sum to 1, summed to %s"
              .formatted(count, sum));
    }
    return row.clone();
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public int symbols() {
    return initial.length;
  }

  @Override
  public double probability(int[] known) {
    double[][] forward = forward(known);
    double sum = 0;
    for (double p : forward[length - 1]) {
      sum += p;
    }
    return sum;
  }

  @Override
  public boolean marginals(int[] known, double[] marginals) {
    int symbols = symbols();
    double[][] forward = forward(known);
    double[] backward = new double[symbols];
    java.util.Arrays.fill(backward, 1);
    for (int i = length - 1; i >= 0; i--) {
      double total = 0;
      for (int v = 0; v < symbols; v++) {
        total += forward[i][v] * backward[v];
      }
      if (total == 0) {
        return false; // at the last position already, before anything is written
      }
      for (int v = 0; v < symbols; v++) {
        marginals[i * symbols + v] = forward[i][v] * backward[v] / total;
      }
      double[] before = new double[symbols];
      for (int v = 0; v < symbols; v++) {
        for (int w = 0; w < symbols; w++) {
          before[v] += allows(known[i], w) ? transition[v][w] * backward[w] : 0;
        }
      }
      backward = before;
    }
    return true;
  }

  /** Returns P(y_i = v, known up to i) (n, V). */
  private double[][] forward(int[] known) {
    int symbols = symbols();
    double[][] forward = new double[length][symbols];
    for (int i = 0; i < length; i++) {
      for (int w = 0; w < symbols; w++) {
        double sum = i == 0 ? initial[w] : 0;
        for (int v = 0; i > 0 && v < symbols; v++) {
          sum += forward[i - 1][v] * transition[v][w];
        }
        forward[i][w] = allows(known[i], w) ? sum : 0;
      }
    }
    return forward;
  }

  private static boolean allows(int known, int symbol) {
    return known == UNKNOWN || known == symbol;
  }
}
