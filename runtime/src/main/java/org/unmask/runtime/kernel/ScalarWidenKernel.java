package org.unmask.runtime.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The readable form of {@link WidenKernel}, and the judge of the fast ones. */
public final class ScalarWidenKernel implements WidenKernel {

  /** Makes the kernel; it has no state. */
  public ScalarWidenKernel() {}

  @Override
  public void widenBf16(MemorySegment q, int qo, int rows, float[] out) {
    for (int k = 0; k < rows; k++) {
      for (int j = 0; j < 16; j++) {
        int both = q.get(ValueLayout.JAVA_INT_UNALIGNED, qo + (k * 16 + j) * 4);
        out[k * 32 + j] = Float.intBitsToFloat(both << 16);
        out[k * 32 + j + 16] = Float.intBitsToFloat(both & 0xffff0000);
      }
    }
  }

  @Override
  public void widenInt8(MemorySegment q, int qo, int rows, float[] scales, int so, float[] out) {
    for (int i = 0; i < rows * 32; i++) {
      out[i] = q.get(ValueLayout.JAVA_BYTE, qo + i) * scales[so + i % 32];
    }
  }

  @Override
  public void widenInt4(
      MemorySegment q, int qo, int rows, float[] scales, int so, float[] out, int to) {
    for (int k = 0; k < rows; k++) {
      for (int j = 0; j < 16; j++) {
        int both = q.get(ValueLayout.JAVA_BYTE, qo + k * 16 + j);
        out[to + k * 32 + j] = (both << 28 >> 28) * scales[so + j];
        out[to + k * 32 + j + 16] = (both >> 4) * scales[so + j + 16];
      }
    }
  }
}
