package org.unmask.runtime.nn;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/** Writes 32 rows of a matrix as one panel, in each format. */
final class PanelWriter {

  private static final int PANEL = PackedMatrix.PANEL;
  private static final int HALF = PANEL / 2;

  private PanelWriter() {}

  /**
   * Writes one panel.
   *
   * @param rows 32 rows; those beyond the last output hold zeros
   * @param out memory of the panel
   * @param scales receives the scales of quantised formats from index {@code at}, (group, 32)
   */
  static void write(
      PackedLayout layout, float[][] rows, MemorySegment out, float[] scales, int at) {
    int inputs = layout.inputs();
    switch (layout.format()) {
      case F32 -> floats(rows, inputs, out);
      case BF16 -> bf16(rows, inputs, out);
      case F16 -> f16(rows, inputs, out);
      case INT8, INT4 -> quantised(layout, rows, out, scales, at);
    }
  }

  private static void floats(float[][] rows, int inputs, MemorySegment out) {
    for (int k = 0; k < inputs; k++) {
      for (int j = 0; j < PANEL; j++) {
        out.setAtIndex(JAVA_FLOAT, k * PANEL + j, rows[j][k]);
      }
    }
  }

  /** One word holds column j in its low and column j + 16 in its high half. */
  private static void bf16(float[][] rows, int inputs, MemorySegment out) {
    for (int k = 0; k < inputs; k++) {
      for (int j = 0; j < HALF; j++) {
        int low = toBf16(rows[j][k]) & 0xffff;
        out.setAtIndex(JAVA_INT, k * HALF + j, low | toBf16(rows[j + HALF][k]) << 16);
      }
    }
  }

  private static void f16(float[][] rows, int inputs, MemorySegment out) {
    for (int k = 0; k < inputs; k++) {
      for (int j = 0; j < PANEL; j++) {
        out.setAtIndex(JAVA_SHORT, k * PANEL + j, Float.floatToFloat16(rows[j][k]));
      }
    }
  }

  private static void quantised(
      PackedLayout layout, float[][] rows, MemorySegment out, float[] scales, int at) {
    int inputs = layout.inputs();
    int group = layout.format().group(inputs);
    for (int g = 0; g < layout.groups(); g++) {
      int begin = g * group;
      int end = Math.min(inputs, begin + group);
      int s = at + g * PANEL;
      for (int j = 0; j < PANEL; j++) {
        scales[s + j] = maxAbs(rows[j], begin, end) / layout.format().levels();
      }
      for (int k = begin; k < end; k++) {
        if (layout.format() == WeightFormat.INT8) {
          for (int j = 0; j < PANEL; j++) {
            out.set(JAVA_BYTE, k * PANEL + j, (byte) quantise(rows[j][k], scales[s + j]));
          }
        } else { // columns j and j + 16 share a byte, j low
          for (int j = 0; j < HALF; j++) {
            int low = quantise(rows[j][k], scales[s + j]) & 0xf;
            int high = quantise(rows[j + HALF][k], scales[s + j + HALF]);
            out.set(JAVA_BYTE, k * HALF + j, (byte) (low | high << 4));
          }
        }
      }
    }
  }

  private static float maxAbs(float[] row, int from, int to) {
    float max = 0;
    for (int k = from; k < to; k++) {
      max = Math.max(max, Math.abs(row[k]));
    }
    return max;
  }

  private static int quantise(float weight, float scale) {
    return scale == 0 ? 0 : (int) Math.rint(weight / scale);
  }

  /** Rounds to nearest even; NaN stays NaN. */
  static short toBf16(float x) {
    int bits = Float.floatToRawIntBits(x);
    if ((bits & 0x7fffffff) > 0x7f800000) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }
}
