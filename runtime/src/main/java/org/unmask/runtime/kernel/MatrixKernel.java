package org.unmask.runtime.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The inner product loops: a few rows of a times a panel of b, added into c.
 *
 * <p>Bit-exact specification of every method: for each row r and column j, {@code c[r][j] =
 * fma(a[r][k], b[k][j], c[r][j])} in float32 for k = 0, 1, ..., depth - 1, starting from 0 or, if
 * {@code accumulate}, from the value in c. Implementations differ in speed only.
 *
 * <p>Offsets are unchecked beyond what arrays and segments check themselves.
 */
public interface MatrixKernel {

  /** Columns of a packed weight panel. */
  int PANEL = 32;

  /**
   * Distance of two rows of a, and the largest depth of one call: constant, so that all rows are
   * addressed from one register.
   */
  int DEPTH = 256;

  /**
   * Returns how many of the rows left to do the next call should take.
   *
   * @param left at least 1
   * @return in [1, min(left, 12)]
   */
  int tile(int left);

  /**
   * Tells whether a bfloat16 panel is multiplied faster if it is widened to float32 first.
   *
   * @param rows rows that are multiplied by the panel
   */
  boolean widensBf16(int rows);

  /**
   * Multiplies by a panel of 32 columns, {@code [k][32]} from {@code bo}.
   *
   * @param rows rows of a and c, a value that {@link #tile} returns
   * @param a left side, row r at {@code ao + r * 256}
   * @param depth common dimension, in [0, 256]
   * @param c result, row r at {@code co + r * ldc}
   * @param accumulate start from c instead of 0
   */
  void multiply(
      int rows,
      float[] a,
      int ao,
      float[] b,
      int bo,
      int depth,
      float[] c,
      int co,
      int ldc,
      boolean accumulate);

  /**
   * Multiplies by a packed float32 panel of 32 columns, {@code [k][32]} from byte {@code bo}.
   *
   * @param rows rows of a and c, a value that {@link #tile} returns
   * @param a left side, row r at {@code ao + r * 256}
   * @param b native memory
   */
  void multiplyF32(
      int rows,
      float[] a,
      int ao,
      MemorySegment b,
      int bo,
      int depth,
      float[] c,
      int co,
      int ldc,
      boolean accumulate);

  /**
   * Multiplies by a packed bfloat16 panel of 32 columns from byte {@code bo}: row k is 16 words of
   * 32 bits, word j holding column j in its low and column j + 16 in its high half.
   *
   * @param rows rows of a and c, a value that {@link #tile} returns
   * @param a left side, row r at {@code ao + r * 256}
   * @param b native memory
   */
  void multiplyBf16(
      int rows,
      float[] a,
      int ao,
      MemorySegment b,
      int bo,
      int depth,
      float[] c,
      int co,
      int ldc,
      boolean accumulate);
}
