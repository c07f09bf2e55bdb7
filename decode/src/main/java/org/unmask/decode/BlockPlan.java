package org.unmask.decode;

/** Says where blocks end. */
interface BlockPlan {

  /** Returns the end of the block that starts at a position, as far as it is known. */
  int end(Canvas canvas, int start);

  /** Returns the end of the block after its first call. */
  default int settle(Step step) {
    return step.blockEnd();
  }

  /** Records where the block lies, if that depends on the text. */
  default void describe(Step step) {}

  /**
   * Blocks of one length.
   *
   * @param blockLength tokens per block, B
   */
  record Fixed(int blockLength) implements BlockPlan {

    @Override
    public int end(Canvas canvas, int start) {
      return Math.min(start + blockLength, canvas.length());
    }
  }
}
