package org.unmask.decode;

/** The ways in which a canvas may change. */
interface Edits {

  /** Unmasks a position. */
  void commit(int position, int token, double confidence);

  /** Sets a position back to the mask. */
  void remask(int position);

  /** Replaces a token by another. */
  void edit(int position, int token, double confidence);

  /** Tells whether details are recorded; ask before computing one. */
  boolean isRecorded();

  /** Records what the rule went by, under the name the golden traces use. */
  void detail(String name, Object value);
}
