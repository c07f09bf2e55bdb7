package org.unmask.runtime.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The readable form of {@link MatrixKernel}, and the judge of the fast ones. */
public final class ScalarMatrixKernel implements MatrixKernel {

  private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED;

  /** Makes the kernel; it has no state. */
  public ScalarMatrixKernel() {}

  @Override
  public int tile(int left) {
    return Math.min(left, 12);
  }

  @Override
  public boolean widensBf16(int rows) {
    return false;
  }

  @Override
  public void multiply(
      int rows,
      float[] a,
      int ao,
      float[] b,
      int bo,
      int depth,
      float[] c,
      int co,
      int ldc,
      boolean accumulate) {
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < PANEL; j++) {
        float sum = accumulate ? c[co + r * ldc + j] : 0f;
        for (int k = 0; k < depth; k++) {
          sum = Math.fma(a[ao + r * DEPTH + k], b[bo + k * PANEL + j], sum);
        }
        c[co + r * ldc + j] = sum;
      }
    }
  }

  @Override
  public void multiplyF32(
      int rows,
      float[] a,
      int ao,
      MemorySegment b,
      int bo,
      int depth,
      float[] c,
      int co,
      int ldc,
      boolean accumulate) {
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < PANEL; j++) {
        float sum = accumulate ? c[co + r * ldc + j] : 0f;
        for (int k = 0; k < depth; k++) {
          float w = Float.intBitsToFloat(b.get(WORD, bo + (k * PANEL + j) * 4));
          sum = Math.fma(a[ao + r * DEPTH + k], w, sum);
        }
        c[co + r * ldc + j] = sum;
      }
    }
  }

  @Override
  public void multiplyBf16(
      int rows,
      float[] a,
      int ao,
      MemorySegment b,
      int bo,
      int depth,
      float[] c,
      int co,
      int ldc,
      boolean accumulate) {
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < PANEL; j++) {
        float sum = accumulate ? c[co + r * ldc + j] : 0f;
        for (int k = 0; k < depth; k++) {
          int bits = b.get(WORD, bo + (k * 16 + j % 16) * 4);
          float w = Float.intBitsToFloat(j < 16 ? bits << 16 : bits & 0xffff0000);
          sum = Math.fma(a[ao + r * DEPTH + k], w, sum);
        }
        c[co + r * ldc + j] = sum;
      }
    }
  }
}
