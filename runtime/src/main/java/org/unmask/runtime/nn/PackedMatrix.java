package org.unmask.runtime.nn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.MatrixKernel;

/**
 * A weight matrix W (outputs, inputs) packed for products y = W x: panels of 32 outputs, {@code
 * [panel][input][32]}, the last one padded with zeros, in native memory aligned to cache lines. The
 * layout does not depend on the vector width.
 *
 * <p>Immutable after packing and safe to share; the memory belongs to the arena.
 */
public final class PackedMatrix {

  /** How weights are held. */
  public enum Format {
    /** float32: fastest per product, for models that fit in cache or memory easily. */
    F32(4),
    /** bfloat16: half the memory, a little slower per product; exact for bfloat16 checkpoints. */
    BF16(2);

    private final int bytes;

    Format(int bytes) {
      this.bytes = bytes;
    }

    /** Returns the bytes per weight. */
    public int bytes() {
      return bytes;
    }
  }

  /** Where the rows of a matrix come from. */
  @FunctionalInterface
  public interface RowSource {

    /**
     * Writes one row as float32; called by several threads.
     *
     * @param row output index
     * @param out receives {@code inputs} values from index 0
     */
    void read(int row, float[] out);
  }

  /** Outputs per panel. */
  public static final int PANEL = MatrixKernel.PANEL;

  private static final int DEPTH = MatrixKernel.DEPTH;

  private final Format format;
  private final int outputs;
  private final int inputs;
  private final MemorySegment[] panels;

  private PackedMatrix(Format format, int outputs, int inputs, MemorySegment[] panels) {
    this.format = format;
    this.outputs = outputs;
    this.inputs = inputs;
    this.panels = panels;
  }

  /**
   * Packs a matrix.
   *
   * @param format BF16 rounds weights to nearest even where they are not bfloat16 already
   * @param outputs rows of W, at least 1
   * @param inputs columns of W, in [1, 2^24]
   * @param arena owns the packed memory
   */
  public static PackedMatrix pack(
      Format format, int outputs, int inputs, RowSource source, WorkerPool pool, Arena arena) {
    int count = Math.ceilDiv(outputs, PANEL);
    long panelBytes = (long) inputs * PANEL * format.bytes;
    MemorySegment all = arena.allocate(count * panelBytes, 64);
    MemorySegment[] panels = new MemorySegment[count];
    for (int p = 0; p < count; p++) {
      panels[p] = all.asSlice(p * panelBytes, panelBytes);
    }
    pool.run(
        count,
        (panel, worker) -> {
          float[] row = new float[inputs];
          int from = panel * PANEL;
          for (int j = 0; j < Math.min(PANEL, outputs - from); j++) {
            source.read(from + j, row);
            if (format == Format.F32) {
              packF32(row, inputs, j, panels[panel]);
            } else {
              packBf16(row, inputs, j, panels[panel]);
            }
          }
        });
    return new PackedMatrix(format, outputs, inputs, panels);
  }

  private static void packF32(float[] row, int inputs, int j, MemorySegment panel) {
    for (int k = 0; k < inputs; k++) {
      panel.setAtIndex(ValueLayout.JAVA_FLOAT, k * PANEL + j, row[k]);
    }
  }

  private static void packBf16(float[] row, int inputs, int j, MemorySegment panel) {
    int half = 2 * (j % 16) + j / 16;
    for (int k = 0; k < inputs; k++) {
      panel.setAtIndex(ValueLayout.JAVA_SHORT, k * PANEL + half, toBf16(row[k]));
    }
  }

  /** Rounds to nearest even; NaN stays NaN. */
  static short toBf16(float x) {
    int bits = Float.floatToRawIntBits(x);
    if ((bits & 0x7fffffff) > 0x7f800000) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /** Returns the number of outputs. */
  public int outputs() {
    return outputs;
  }

  /** Returns the number of inputs. */
  public int inputs() {
    return inputs;
  }

  /** Returns the number of panels of 32 outputs. */
  public int panels() {
    return panels.length;
  }

  /** Returns the memory held, in bytes. */
  public long sizeBytes() {
    return (long) panels.length * PANEL * inputs * format.bytes;
  }

  /**
   * Computes {@code y[r][j] = fma(x[r][k], W[j][k], y[r][j])}, k ascending, for all rows and the
   * outputs j of panels [from, to), starting from 0 or from y.
   *
   * @param x inputs
   * @param rows at least 0
   * @param y outputs, row r at {@code yo + r * ldy}, output {@code 32 * from} first; room for whole
   *     panels
   * @param accumulate start from y: fuses a residual or a bias
   */
  public void multiply(
      MatrixKernel kernel,
      RowBlocks x,
      int rows,
      float[] y,
      int yo,
      int ldy,
      boolean accumulate,
      int from,
      int to) {
    int tile = kernel.maxRows();
    float[] a = x.data();
    for (int panel = from; panel < to; panel++) {
      int column = yo + (panel - from) * PANEL;
      MemorySegment w = panels[panel];
      for (int k = 0; k < inputs; k += DEPTH) {
        int depth = Math.min(DEPTH, inputs - k);
        int at = k * PANEL * format.bytes;
        boolean add = accumulate || k > 0;
        for (int row = 0; row < rows; row += tile) {
          int height = Math.min(tile, rows - row);
          int ao = x.offset(row, k);
          int co = column + row * ldy;
          switch (format) {
            case F32 -> kernel.multiplyF32(height, a, ao, w, at, depth, y, co, ldy, add);
            case BF16 -> kernel.multiplyBf16(height, a, ao, w, at, depth, y, co, ldy, add);
          }
        }
      }
    }
  }
}
