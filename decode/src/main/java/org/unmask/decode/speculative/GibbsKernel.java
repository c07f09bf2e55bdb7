package org.unmask.decode.speculative;

import java.util.Arrays;

/** Which positions a step of a Gibbs sampler draws anew. */
public final class GibbsKernel {

  private GibbsKernel() {}

  /**
   * Draws a block of positions, each set of that size equally likely.
   *
   * @param length positions to choose from, [0, length)
   * @param size of the block, in [1, length]
   * @param chance draws
   * @return the positions in the order drawn
   */
  public static int[] block(int length, int size, Chance chance) {
    double[] left = new double[length];
    Arrays.fill(left, 1);
    int[] block = new int[size];
    for (int i = 0; i < size; i++) {
      block[i] = chance.draw(left, 0);
      left[block[i]] = 0;
    }
    return block;
  }
}
