package org.unmask.decode;

/** Undoes or overwrites tokens that were unmasked before. */
interface Remasker {

  /** Changes nothing. */
  Remasker NONE = (step, edits) -> {};

  /** Changes the canvas before the forward call. */
  default void prepare(Step step, Edits edits) {}

  /** Changes the canvas after this step's tokens were unmasked. */
  void revise(Step step, Edits edits);
}
