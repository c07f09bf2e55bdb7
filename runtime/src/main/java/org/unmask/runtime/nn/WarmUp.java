package org.unmask.runtime.nn;

import java.lang.foreign.MemorySegment;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.kernel.MatrixKernel;
import org.unmask.runtime.kernel.RowKernel;

/**
 * Gets the kernels compiled before the first forward pass needs them.
 *
 * <p>Vector API code runs hundreds of times slower until C2 has compiled it, and each tile height
 * and weight format is a method of its own. With the compiler settings in {@code
 * compile-commands.txt}, some ten calls on tiny operands are enough for that, and a call waits for
 * the compiler; without them the calls go on until the time is spent.
 */
public final class WarmUp {

  /** No kernel has taller tiles; the scalar one has as tall ones. */
  private static final int MOST_ROWS = 12;

  /** Rows times depth of a call: C2 unrolls what it has seen go round often. */
  private static final int DEPTH = 192;

  private static final int LEAST_ROUNDS = 24;
  private static final long COMPILED_NANOS = 100_000;
  private static final int[] COUNTS = {256, 256};

  /** Bytes of weights that warming up reads. */
  public static final int PANEL_BYTES = DEPTH * MatrixKernel.PANEL * 4;

  private WarmUp() {}

  /**
   * Calls the kernels that every model needs: of attention, norms and activations.
   *
   * @param millis most time to spend, waiting for the compiler aside
   */
  public static void common(Kernels kernels, long millis) {
    MatrixKernel matrix = kernels.matrix();
    float[] a = new float[MOST_ROWS * MatrixKernel.DEPTH];
    float[] b = new float[DEPTH * 64];
    float[] c = new float[MOST_ROWS * 64];
    repeat(
        millis,
        round -> {
          for (int rows = MOST_ROWS; rows > 0; rows--) {
            if (matrix.tile(rows) == rows) {
              matrix.multiply(rows, a, 0, b, 0, DEPTH / rows, c, 0, 64, (round & 1) == 0);
            }
          }
          rows(kernels.row(), a, b, c);
        });
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

  /**
   * Multiplies by a tiny matrix, with every height of tile.
   *
   * @param format how the weights are held
   * @param panel {@link #PANEL_BYTES} bytes of the kind of memory that the weights live in
   * @param millis most time to spend, waiting for the compiler aside
   */
  public static void weights(
      Kernels kernels, WeightFormat format, MemorySegment panel, long millis) {
    PackedMatrix[] matrices = new PackedMatrix[MOST_ROWS + 1];
    for (int rows = 1; rows <= MOST_ROWS; rows++) {
      PackedLayout layout = new PackedLayout(format, PackedMatrix.PANEL, DEPTH / rows);
      MemorySegment packed = panel.asSlice(0, layout.panelBytes());
      matrices[rows] = PackedMatrix.of(layout, packed, new float[layout.panelScales()]);
    }
    RowBlocks x = new RowBlocks(MOST_ROWS, DEPTH);
    float[] y = new float[MOST_ROWS * PackedMatrix.PANEL];
    PackedMatrix.Scratch scratch = new PackedMatrix.Scratch();
    repeat(
        millis,
        round -> {
          boolean add = (round & 1) == 0;
          for (int rows = MOST_ROWS; rows > 0; rows--) {
            if (kernels.matrix().tile(rows) == rows) {
              matrices[rows].multiply(
                  kernels, x, rows, y, 0, PackedMatrix.PANEL, add, 0, 1, scratch);
            }
          }
        });
  }

  private interface Round {
    void run(int round);
  }

  /** Repeats until a round takes no longer than compiled code does, or the time is spent. */
  private static void repeat(long millis, Round body) {
    long end = System.nanoTime() + millis * 1_000_000;
    long now = System.nanoTime();
    long took = Long.MAX_VALUE;
    for (int round = 0; round < LEAST_ROUNDS || (took > COMPILED_NANOS && now < end); round++) {
      body.run(round);
      took = System.nanoTime() - now;
      now += took;
    }
  }
}
