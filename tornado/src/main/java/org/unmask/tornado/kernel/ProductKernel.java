package org.unmask.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Matrix products where no library has them: 64 rows by 64 outputs a group, 4 by 4 a work-item. */
public final class ProductKernel {

  /** Rows, and outputs, of a group. */
  public static final int TILE = 64;

  /** Work-items of a group. */
  public static final int GROUP = 256;

  private static final int DEPTH = 16;
  private static final int PITCH = 68;

  private ProductKernel() {}

  /** out (rows, outputs) = in (rows, inputs) times weight (outputs, inputs) transposed. */
  public static void product(
      KernelContext context,
      FloatArray in,
      FloatArray weight,
      FloatArray out,
      int rows,
      int outputs,
      int inputs,
      int accumulate) {
    float[] a = context.allocateFloatLocalArray(DEPTH * PITCH);
    float[] b = context.allocateFloatLocalArray(DEPTH * PITCH);
    int rowTiles = (rows + TILE - 1) / TILE;
    int row = context.groupIdx % rowTiles * TILE;
    int column = context.groupIdx / rowTiles * TILE;
    int x = context.localIdx % DEPTH;
    int y = context.localIdx / DEPTH;
    float c00 = 0f, c01 = 0f, c02 = 0f, c03 = 0f;
    float c10 = 0f, c11 = 0f, c12 = 0f, c13 = 0f;
    float c20 = 0f, c21 = 0f, c22 = 0f, c23 = 0f;
    float c30 = 0f, c31 = 0f, c32 = 0f, c33 = 0f;
    for (int k = 0; k < inputs; k += DEPTH) {
      for (int i = 0; i < TILE; i += DEPTH) {
        a[x * PITCH + y + i] = element(in, row + y + i, rows, k + x, inputs);
        b[x * PITCH + y + i] = element(weight, column + y + i, outputs, k + x, inputs);
      }
      context.localBarrier();
      for (int d = 0; d < DEPTH; d++) {
        float a0 = a[d * PITCH + y * 4];
        float a1 = a[d * PITCH + y * 4 + 1];
        float a2 = a[d * PITCH + y * 4 + 2];
        float a3 = a[d * PITCH + y * 4 + 3];
        float b0 = b[d * PITCH + x * 4];
        float b1 = b[d * PITCH + x * 4 + 1];
        float b2 = b[d * PITCH + x * 4 + 2];
        float b3 = b[d * PITCH + x * 4 + 3];
        c00 += a0 * b0;
        c01 += a0 * b1;
        c02 += a0 * b2;
        c03 += a0 * b3;
        c10 += a1 * b0;
        c11 += a1 * b1;
        c12 += a1 * b2;
        c13 += a1 * b3;
        c20 += a2 * b0;
        c21 += a2 * b1;
        c22 += a2 * b2;
        c23 += a2 * b3;
        c30 += a3 * b0;
        c31 += a3 * b1;
        c32 += a3 * b2;
        c33 += a3 * b3;
      }
      context.localBarrier();
    }
    row += y * 4;
    column += x * 4;
    store(out, row, rows, column, outputs, accumulate, c00, c01, c02, c03);
    store(out, row + 1, rows, column, outputs, accumulate, c10, c11, c12, c13);
    store(out, row + 2, rows, column, outputs, accumulate, c20, c21, c22, c23);
    store(out, row + 3, rows, column, outputs, accumulate, c30, c31, c32, c33);
  }

  private static float element(FloatArray from, int row, int rows, int column, int columns) {
    return row < rows && column < columns ? from.get(row * columns + column) : 0f;
  }

  private static void store(
      FloatArray out,
      int row,
      int rows,
      int column,
      int columns,
      int accumulate,
      float v0,
      float v1,
      float v2,
      float v3) {
    if (row < rows) {
      put(out, row, column, columns, accumulate, v0);
      put(out, row, column + 1, columns, accumulate, v1);
      put(out, row, column + 2, columns, accumulate, v2);
      put(out, row, column + 3, columns, accumulate, v3);
    }
  }

  private static void put(
      FloatArray out, int row, int column, int columns, int accumulate, float value) {
    if (column < columns) {
      int at = row * columns + column;
      if (accumulate == 1) {
        out.set(at, out.get(at) + value);
      } else {
        out.set(at, value);
      }
    }
  }
}
