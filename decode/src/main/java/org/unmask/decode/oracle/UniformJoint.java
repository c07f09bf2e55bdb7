package org.unmask.decode.oracle;

import java.util.Arrays;
import java.util.List;

/**
 * Equally likely sequences, listed.
 *
 * <p>Cost of a query: the number of sequences times their length.
 */
public final class UniformJoint implements Joint {

  private final int length;
  private final int symbols;
  private final int[][] sequences;

  /**
   * Makes a distribution.
   *
   * @param symbols number of symbols
   * @param sequences at least one, of equal length; one given twice counts twice
   * @throws IllegalArgumentException if they differ in length or hold other symbols
   */
  public UniformJoint(int symbols, List<int[]> sequences) {
    if (sequences.isEmpty()) {
      throw new IllegalArgumentException("a distribution needs at least one sequence, had none");
    }
    this.symbols = symbols;
    this.sequences = sequences.stream().map(int[]::clone).toArray(int[][]::new);
    length = this.sequences[0].length;
    for (int[] sequence : this.sequences) {
      if (sequence.length != length
          || Arrays.stream(sequence).anyMatch(v -> v < 0 || v >= symbols)) {
        throw new IllegalArgumentException(
            "sequence %s is not one of %d symbols below %d"
                .formatted(Arrays.toString(sequence), length, symbols));
      }
    }
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public int symbols() {
    return symbols;
  }

  /** Returns how many sequences there are. */
  public int size() {
    return sequences.length;
  }

  @Override
  public double probability(int[] known) {
    int count = 0;
    for (int[] sequence : sequences) {
      count += agrees(sequence, known) ? 1 : 0;
    }
    return (double) count / sequences.length;
  }

  @Override
  public boolean marginals(int[] known, double[] marginals) {
    double[] counts = new double[length * symbols];
    int count = 0;
    for (int[] sequence : sequences) {
      if (agrees(sequence, known)) {
        count++;
        for (int i = 0; i < length; i++) {
          counts[i * symbols + sequence[i]]++;
        }
      }
    }
    for (int k = 0; count > 0 && k < counts.length; k++) {
      marginals[k] = counts[k] / count;
    }
    return count > 0;
  }

  private boolean agrees(int[] sequence, int[] known) {
    for (int i = 0; i < length; i++) {
      if (known[i] != UNKNOWN && known[i] != sequence[i]) {
        return false;
      }
    }
    return true;
  }
}
