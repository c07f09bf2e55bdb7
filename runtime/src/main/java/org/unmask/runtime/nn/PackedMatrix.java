package org.unmask.runtime.nn;

import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.MatrixKernel;

/**
 * A weight matrix W (outputs, inputs) packed for products y = W x: panels of 64 outputs, {@code
 * [panel][input][64]}, the last one padded with zeros. The layout does not depend on the vector
 * width.
 *
 * <p>Immutable after packing and safe to share.
 */
public final class PackedMatrix {

  /** Where the rows of a matrix come from. */
  @FunctionalInterface
  public interface RowSource {

    /**
     * Writes one row as float32.
     *
     * @param row output index
     * @param out receives {@code inputs} values from index 0
     */
    void read(int row, float[] out);
  }

  private static final int PANEL = MatrixKernel.PANEL;
  private static final int DEPTH_BLOCK = 512;

  private final int outputs;
  private final int inputs;
  private final float[] data;

  private PackedMatrix(int outputs, int inputs, float[] data) {
    this.outputs = outputs;
    this.inputs = inputs;
    this.data = data;
  }

  /**
   * Packs a matrix as float32.
   *
   * @param outputs rows of W, at least 1
   * @param inputs columns of W, at least 1
   * @throws IllegalArgumentException if the packed form has more than 2^31 - 9 elements
   */
  public static PackedMatrix pack(int outputs, int inputs, RowSource source, WorkerPool pool) {
    int panels = Math.ceilDiv(outputs, PANEL);
    long size = (long) panels * PANEL * inputs;
    if (size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "a matrix of " + outputs + " x " + inputs + " is too large to pack as float32");
    }
    float[] data = new float[(int) size];
    pool.run(
        panels,
        (panel, worker) -> {
          float[] row = new float[inputs];
          int from = panel * PANEL;
          for (int j = 0; j < Math.min(PANEL, outputs - from); j++) {
            source.read(from + j, row);
            int at = panel * PANEL * inputs + j;
            for (int k = 0; k < inputs; k++) {
              data[at + k * PANEL] = row[k];
            }
          }
        });
    return new PackedMatrix(outputs, inputs, data);
  }

  /** Returns the number of outputs. */
  public int outputs() {
    return outputs;
  }

  /** Returns the number of inputs. */
  public int inputs() {
    return inputs;
  }

  /** Returns the number of panels of 64 outputs. */
  public int panels() {
    return Math.ceilDiv(outputs, PANEL);
  }

  /** Returns the memory held, in bytes. */
  public long sizeBytes() {
    return 4L * data.length;
  }

  /**
   * Computes {@code y[r][j] = fma(x[r][k], W[j][k], y[r][j])}, k ascending, for all rows and the
   * outputs j of panels [from, to), starting from 0 or from y.
   *
   * @param x inputs, row r at {@code xo + r * ldx}
   * @param rows at least 0
   * @param y outputs, row r at {@code yo + r * ldy}, output {@code 64 * from} first; room for whole
   *     panels
   * @param accumulate start from y: fuses a residual or a bias
   */
  public void multiply(
      MatrixKernel kernel,
      float[] x,
      int xo,
      int ldx,
      int rows,
      float[] y,
      int yo,
      int ldy,
      boolean accumulate,
      int from,
      int to) {
    int tiles = Math.ceilDiv(rows, MatrixKernel.MAX_ROWS);
    for (int panel = from; panel < to; panel++) {
      int column = yo + (panel - from) * PANEL;
      for (int k = 0; k < inputs; k += DEPTH_BLOCK) {
        int depth = Math.min(DEPTH_BLOCK, inputs - k);
        int weights = (panel * inputs + k) * PANEL;
        boolean add = accumulate || k > 0;
        for (int tile = 0; tile < tiles; tile++) {
          int row = tile * rows / tiles;
          int height = (tile + 1) * rows / tiles - row;
          kernel.multiply(
              height,
              PANEL,
              x,
              xo + row * ldx + k,
              ldx,
              data,
              weights,
              PANEL,
              depth,
              y,
              column + row * ldy,
              ldy,
              add);
        }
      }
    }
  }
}
