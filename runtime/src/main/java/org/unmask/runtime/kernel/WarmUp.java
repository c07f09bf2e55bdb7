package org.unmask.runtime.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Gets the kernels compiled before the first forward pass needs them.
 *
 * <p>Vector API code runs hundreds of times slower until C2 has compiled it, and each tile height
 * and weight format is a method of its own. Calling them on tiny operands until the budget is spent
 * brings the first pass close to full speed.
 */
public final class WarmUp {

  private static final int DEPTH = 16;
  private static final int ROUNDS_PER_CHECK = 50;
  private static final int[] COUNTS = {256, 256};

  /** Bytes of weights that warming up reads. */
  public static final int PANEL_BYTES = DEPTH * MatrixKernel.PANEL * 4;

  private WarmUp() {}

  /**
   * Calls every kernel on small operands.
   *
   * @param kernels kernels to warm up
   * @param isBf16 whether weights are held as bfloat16, else float32
   * @param panel {@link #PANEL_BYTES} bytes of the kind of memory that the weights live in
   * @param millis time to spend, at least 0
   */
  public static void run(Kernels kernels, boolean isBf16, MemorySegment panel, long millis) {
    long end = System.nanoTime() + millis * 1_000_000;
    float[] a = new float[12 * MatrixKernel.DEPTH];
    float[] b = new float[DEPTH * 64];
    float[] c = new float[12 * 64];
    do {
      for (int round = 0; round < ROUNDS_PER_CHECK; round++) {
        boolean add = (round & 1) == 0;
        MatrixKernel m = kernels.matrix();
        for (int rows = 12; rows > 0; rows--) {
          if (m.tile(rows) == rows) {
            m.multiply(rows, a, 0, b, 0, DEPTH, c, 0, 64, add);
            if (isBf16) {
              m.multiplyBf16(rows, a, 0, panel, 0, DEPTH, c, 0, 64, add);
            } else {
              m.multiplyF32(rows, a, 0, panel, 0, DEPTH, c, 0, 64, add);
            }
          }
        }
        rows(kernels.row(), a, b, c);
      }
    } while (System.nanoTime() < end);
  }

  private static void rows(RowKernel row, float[] a, float[] b, float[] c) {
    row.rmsNorm(a, 0, 256, b, 1e-6f, c, 0);
    row.max(c, 0, 256);
    row.indexOf(c, 0, 256, c[200]);
    row.expRows(c, 2, 0, COUNTS, 0, b);
    row.expSums(c, 0, 256, 1f, b);
    row.scale(a, 0, 256, 0f, c, 0);
    row.scaleRows(a, 64, 2, 64, b, c, 0, 64);
    row.swiGlu(a, 0, b, 0, 256);
    row.rotate(a, 0, 2, 64, 32, b, b, 0);
  }
}
