package org.unmask.model;

/**
 * Rows fed as weighted sums of token embeddings instead of single tokens (ReMix, arXiv 2602.22868).
 */
public interface SoftTokens {

  /**
   * Returns how many tokens a row is a sum of; 0 if it is the plain token of the query.
   *
   * @param row index among the rows fed, from 0
   */
  int count(int row);

  /** Returns the i-th token of a row. */
  int token(int row, int i);

  /** Returns the weight of the i-th token of a row. */
  float weight(int row, int i);
}
