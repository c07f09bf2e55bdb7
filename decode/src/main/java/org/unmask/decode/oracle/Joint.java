package org.unmask.decode.oracle;

/** A probability distribution of sequences of fixed length over a small alphabet. Immutable. */
public interface Joint {

  /** Stands for a symbol that is not known. */
  int UNKNOWN = -1;

  /** Returns the length n of the sequences. */
  int length();

  /** Returns the number V of symbols; they are 0 to V - 1. */
  int symbols();

  /**
   * Computes the probability of what is known.
   *
   * @param known symbol of each position, or {@link #UNKNOWN} (n)
   * @return P(known), in [0, 1]; 0 if it cannot be
   */
  double probability(int[] known);

  /**
   * Computes the distribution of each position given what is known.
   *
   * @param known symbol of each position, or {@link #UNKNOWN} (n)
   * @param marginals receives P(y_i = v | known) (n, V), row-major; a known position has all its
   *     mass on its symbol
   * @return whether the known symbols have any probability; if not, nothing is written
   */
  boolean marginals(int[] known, double[] marginals);
}
