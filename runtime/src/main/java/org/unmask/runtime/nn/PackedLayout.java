package org.unmask.runtime.nn;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unmask.runtime.exec.WorkerPool;

/**
 * Sizes of a packed matrix, and the packing itself: panels of 32 outputs, {@code
 * [panel][input][32]}, the last one padded with zeros. Depends on neither the machine nor the
 * vector width, so packed bytes can be kept in a file.
 *
 * @param format how weights are held
 * @param outputs rows of the matrix, at least 1
 * @param inputs columns of the matrix, in [1, 2^24]
 */
public record PackedLayout(WeightFormat format, int outputs, int inputs) {

  /** Returns the number of panels. */
  public int panels() {
    return Math.ceilDiv(outputs, PackedMatrix.PANEL);
  }

  /** Returns the bytes of one panel, scales not counted. */
  public long panelBytes() {
    return (long) inputs * PackedMatrix.PANEL * format.bits() / 8;
  }

  /** Returns the scales of one panel, 0 if the format has none; {@code (group, 32)}. */
  public int panelScales() {
    return groups() * PackedMatrix.PANEL;
  }

  /** Returns the memory of panels and scales, in bytes. */
  public long sizeBytes() {
    return panels() * (panelBytes() + 4L * panelScales());
  }

  int groups() {
    return format.isQuantised() ? Math.ceilDiv(inputs, format.group(inputs)) : 0;
  }

  /**
   * Packs panels [from, to), in parallel.
   *
   * @param source called by several threads
   * @param out receives the panels, panel {@code from} at byte 0; native and 4-byte aligned
   * @param scales receives the scales of all panels, panel 0 at index 0
   */
  public void pack(
      PackedMatrix.RowSource source,
      int from,
      int to,
      WorkerPool pool,
      MemorySegment out,
      float[] scales) {
    float[] @Nullable [] @Nullable [] scratch = new float[pool.threads()][][];
    pool.run(
        to - from,
        (i, worker) -> {
          float[][] rows = scratch[worker];
          if (rows == null) {
            rows = new float[PackedMatrix.PANEL][inputs];
            scratch[worker] = rows;
          }
          int panel = from + i;
          int count = Math.min(PackedMatrix.PANEL, outputs - panel * PackedMatrix.PANEL);
          for (int j = 0; j < rows.length; j++) {
            if (j < count) {
              source.read(panel * PackedMatrix.PANEL + j, rows[j]);
            } else {
              Arrays.fill(rows[j], 0f);
            }
          }
          MemorySegment bytes = out.asSlice(i * panelBytes(), panelBytes());
          PanelWriter.write(this, rows, bytes, scales, panel * panelScales());
        });
  }
}
