package org.unmask.runtime.nn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.kernel.MatrixKernel;
import org.unmask.runtime.kernel.WidenKernel;

/**
 * A weight matrix W (outputs, inputs) packed for products y = W x: panels of 32 outputs, {@code
 * [panel][input][32]}, the last one padded with zeros, in native memory aligned to cache lines. The
 * layout does not depend on the vector width.
 *
 * <p>float32 panels, and bfloat16 panels of few rows, are multiplied in place; others are widened
 * block by block into scratch memory of the worker.
 *
 * <p>Immutable after packing and safe to share; the memory belongs to the arena.
 */
public final class PackedMatrix {

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

  /** Scratch memory of one worker for formats that are widened before use. */
  public static final class Scratch {

    private final float[] block = new float[DEPTH * PANEL];
    private final short[] halves = new short[DEPTH * PANEL];

    /** Allocates it. */
    public Scratch() {}
  }

  /** Outputs per panel. */
  public static final int PANEL = MatrixKernel.PANEL;

  private static final int DEPTH = MatrixKernel.DEPTH;

  /** Inputs, of all rows, that stay in a second-level cache beside weights. */
  private static final int CACHED_INPUTS = 1 << 18;

  private static final int PANELS_TOGETHER = 8;

  private final WeightFormat format;
  private final int outputs;
  private final int inputs;
  private final MemorySegment[] panels;

  /** Scales (panel, group, 32) of quantised formats, else empty. */
  private final float[] scales;

  private PackedMatrix(
      WeightFormat format, int outputs, int inputs, MemorySegment[] panels, float[] scales) {
    this.format = format;
    this.outputs = outputs;
    this.inputs = inputs;
    this.panels = panels;
    this.scales = scales;
  }

  /**
   * Packs a matrix.
   *
   * @param format rounds weights that it cannot hold exactly to nearest even
   * @param outputs rows of W, at least 1
   * @param inputs columns of W, in [1, 2^24]
   * @param arena owns the packed memory
   */
  public static PackedMatrix pack(
      WeightFormat format,
      int outputs,
      int inputs,
      RowSource source,
      WorkerPool pool,
      Arena arena) {
    PackedLayout layout = new PackedLayout(format, outputs, inputs);
    MemorySegment panels = arena.allocate(layout.panels() * layout.panelBytes(), 64);
    float[] scales = new float[layout.panels() * layout.panelScales()];
    layout.pack(source, 0, layout.panels(), pool, panels, scales);
    return of(layout, panels, scales);
  }

  /**
   * Wraps packed memory.
   *
   * @param packed the panels one after the other, native and aligned to 64 bytes
   * @param scales scales of quantised formats (panel, group, 32), else empty; not copied
   */
  public static PackedMatrix of(PackedLayout layout, MemorySegment packed, float[] scales) {
    MemorySegment[] panels = new MemorySegment[layout.panels()];
    for (int p = 0; p < panels.length; p++) {
      panels[p] = packed.asSlice(p * layout.panelBytes(), layout.panelBytes());
    }
    return new PackedMatrix(layout.format(), layout.outputs(), layout.inputs(), panels, scales);
  }

  /** Returns the format. */
  public WeightFormat format() {
    return format;
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
    return (long) panels.length * PANEL * inputs * format.bits() / 8 + 4L * scales.length;
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
   * @param scratch memory of the calling worker
   */
  public void multiply(
      Kernels kernels,
      RowBlocks x,
      int rows,
      float[] y,
      int yo,
      int ldy,
      boolean accumulate,
      int from,
      int to,
      Scratch scratch) {
    // one panel at a time reads all inputs again for each: too much if they fill the cache
    int group = (long) rows * inputs > CACHED_INPUTS ? PANELS_TOGETHER : 1;
    for (int first = from; first < to; first += group) {
      int end = Math.min(to, first + group);
      for (int k = 0; k < inputs; k += DEPTH) {
        for (int panel = first; panel < end; panel++) {
          int column = yo + (panel - from) * PANEL;
          multiplyBlock(kernels, x, rows, y, column, ldy, accumulate || k > 0, panel, k, scratch);
        }
      }
    }
  }

  /** Adds the inputs [k, k + 256) to the outputs of one panel. */
  private void multiplyBlock(
      Kernels kernels,
      RowBlocks x,
      int rows,
      float[] y,
      int yo,
      int ldy,
      boolean add,
      int panel,
      int k,
      Scratch scratch) {
    MatrixKernel kernel = kernels.matrix();
    float[] a = x.data();
    MemorySegment w = panels[panel];
    int depth = Math.min(DEPTH, inputs - k);
    boolean isWidened = isWidened(kernel, rows);
    if (isWidened) {
      widen(kernels.widen(), panel, k, depth, scratch);
    }
    for (int row = 0, n; row < rows; row += n) {
      n = kernel.tile(rows - row);
      int ao = x.offset(row, k);
      int co = yo + row * ldy;
      if (isWidened) {
        kernel.multiply(n, a, ao, scratch.block, 0, depth, y, co, ldy, add);
      } else if (format == WeightFormat.F32) {
        kernel.multiplyF32(n, a, ao, w, k * PANEL * 4, depth, y, co, ldy, add);
      } else {
        kernel.multiplyBf16(n, a, ao, w, k * PANEL * 2, depth, y, co, ldy, add);
      }
    }
  }

  private boolean isWidened(MatrixKernel kernel, int rows) {
    return switch (format) {
      case F32 -> false;
      case BF16 -> kernel.widensBf16(rows);
      case F16, INT8, INT4 -> true;
    };
  }

  /** Widens rows [k, k + depth) of a panel to float32. */
  private void widen(WidenKernel kernel, int p, int k, int depth, Scratch scratch) {
    float[] out = scratch.block;
    MemorySegment panel = panels[p];
    switch (format) {
      case F16 -> {
        short[] halves = scratch.halves; // C2 widens arrays with vectors, not segments
        int n = depth * PANEL;
        MemorySegment.copy(panel, ValueLayout.JAVA_SHORT, 2L * k * PANEL, halves, 0, n);
        for (int i = 0; i < n; i++) {
          out[i] = Float.float16ToFloat(halves[i]);
        }
      }
      case INT8 -> kernel.widenInt8(panel, k * PANEL, depth, scales, p * PANEL, out);
      case INT4 -> {
        int group = format.group(inputs);
        int groups = Math.ceilDiv(inputs, group);
        for (int r = 0, n; r < depth; r += n) {
          n = Math.min(depth - r, group - (k + r) % group);
          int at = (k + r) * PANEL / 2;
          int s = (p * groups + (k + r) / group) * PANEL;
          kernel.widenInt4(panel, at, n, scales, s, out, r * PANEL);
        }
      }
      case BF16 -> kernel.widenBf16(panel, k * PANEL * 2, depth, out);
      case F32 -> throw new IllegalStateException(format + " panels are multiplied in place");
    }
  }
}
