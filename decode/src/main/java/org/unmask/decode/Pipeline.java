package org.unmask.decode;

/**
 * The blocks of a response that are under way: where they end, which may move, which are stored.
 */
final class Pipeline {

  private final Canvas canvas;
  private final int blockLength;
  private int end;
  private int storedTo;
  private final boolean[] isFree;

  Pipeline(Canvas canvas, int blockLength) {
    this.canvas = canvas;
    this.blockLength = blockLength;
    end = canvas.promptLength();
    isFree = new boolean[canvas.length()];
  }

  /** Returns the end of the last block there is. */
  int end() {
    return end;
  }

  /** Returns up to where rows are stored, exactly. */
  int storedTo() {
    return storedTo;
  }

  /** Tells whether the block that ends at a position must move. */
  boolean isFree(int blockEnd) {
    return isFree[blockEnd - blockLength];
  }

  /** Returns the end of a position's block; the prompt is a block of its own. */
  int endOf(int position) {
    int response = position - canvas.promptLength();
    return canvas.promptLength() + (response < 0 ? 0 : (response / blockLength + 1) * blockLength);
  }

  private double filled(int start) {
    return 1 - (double) canvas.masks(start, start + blockLength) / blockLength;
  }

  /** Adds a block if there is none, or if so much of the last one is filled. */
  void addAfter(double share) {
    boolean isFirst = end == canvas.promptLength();
    if (end < canvas.length() && (isFirst || filled(end - blockLength) >= share)) {
      end += blockLength;
    }
  }

  /** Adds all blocks. */
  void addAll() {
    end = canvas.length();
  }

  /**
   * Notes that the call just made has stored the leading blocks that were full, and which blocks
   * must move: the first with a mask, and those behind a block of which so much is filled.
   */
  void store(double share) {
    while (storedTo < end && canvas.masks(0, endOf(storedTo)) == 0) {
      storedTo = endOf(storedTo);
    }
    for (int start = canvas.promptLength(); start < end; start += blockLength) {
      isFree[start] = start == canvas.promptLength() || filled(start - blockLength) >= share;
    }
  }
}
