package org.unmask.runtime.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Widens rows of packed weight panels to float32, for formats or numbers of rows that products do
 * not take as they are. Exact but for the one rounding of a quantised weight's product with its
 * scale. Implementations differ in speed only.
 */
public interface WidenKernel {

  /**
   * Widens rows of a bfloat16 panel: a row is 16 words of 32 bits, word j holding column j in its
   * low and column j + 16 in its high half.
   *
   * @param q packed rows from byte {@code qo}
   * @param rows rows of 64 bytes, at least 0
   * @param out receives rows of 32 floats, from 0
   */
  void widenBf16(MemorySegment q, int qo, int rows, float[] out);

  /**
   * Widens rows of a quantised panel: {@code out[k * 32 + j] = q[k * 32 + j] * scales[so + j]}, one
   * rounding.
   *
   * @param q signed bytes from {@code qo}
   * @param rows rows of 32 bytes, at least 0
   * @param scales one per column, from {@code so}
   * @param out receives rows of 32 floats, from 0
   */
  void widenInt8(MemorySegment q, int qo, int rows, float[] scales, int so, float[] out);

  /**
   * Widens rows of a 4-bit panel like {@link #widenInt8}: a row is 16 bytes, byte j holding column
   * j in its low and column j + 16 in its high half, as signed numbers.
   *
   * @param to first element of {@code out}
   */
  void widenInt4(MemorySegment q, int qo, int rows, float[] scales, int so, float[] out, int to);
}
