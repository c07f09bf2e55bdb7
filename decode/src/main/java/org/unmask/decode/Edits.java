package org.unmask.decode;

/** The ways in which a canvas may change. */
interface Edits extends Recording {

  /** Unmasks a position. */
  void commit(int position, int token, double confidence);

  /** Sets a position back to the mask. */
  void remask(int position);

  /** Replaces a token by another. */
  void edit(int position, int token, double confidence);

  /** Replaces a token of the prompt, as one released decoder does by mistake. */
  void overwritePrompt(int position, int token, double confidence);

  /** Cuts the sequence off; positions from the new length on are gone. */
  void truncate(int length);

  /** Fills everything from a position on with one token, without asking the network. */
  void fill(int from, int token);
}
