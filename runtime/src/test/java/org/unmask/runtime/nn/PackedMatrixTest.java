package org.unmask.runtime.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;

/** Products of every weight format against plain loops over the widened weights. */
class PackedMatrixTest {

  private final SplittableRandom random = new SplittableRandom(5);

  @ParameterizedTest
  @EnumSource
  void multiply_everyFormat_equalsPlainFmaOverWidenedWeights(WeightFormat format) {
    try (WorkerPool pool = new WorkerPool(2)) {
      for (int[] shape :
          new int[][] {{1, 1, 1}, {33, 31, 5}, {64, 256, 12}, {70, 300, 13}, {96, 515, 30}}) {
        int outputs = shape[0];
        int inputs = shape[1];
        int rows = shape[2];
        float[][] w = new float[outputs][inputs];
        float[][] widened = new float[outputs][inputs];
        for (int j = 0; j < outputs; j++) {
          for (int k = 0; k < inputs; k++) {
            w[j][k] = (float) random.nextGaussian();
          }
          widened[j] = widen(format, w[j]);
        }
        PackedMatrix packed =
            PackedMatrix.pack(
                format,
                outputs,
                inputs,
                (row, out) -> System.arraycopy(w[row], 0, out, 0, inputs),
                pool,
                Arena.ofAuto());
        RowBlocks x = new RowBlocks(rows, inputs);
        float[][] plain = new float[rows][inputs];
        for (int r = 0; r < rows; r++) {
          for (int k = 0; k < inputs; k++) {
            plain[r][k] = (float) random.nextGaussian();
          }
          x.set(r, plain[r], 0);
        }
        for (Kernels kernels : new Kernels[] {Kernels.scalar(), Kernels.fastest()}) {
          for (boolean accumulate : new boolean[] {false, true}) {
            int ld = packed.panels() * 32;
            float[] y = new float[rows * ld];
            java.util.Arrays.fill(y, 0.5f);
            packed.multiply(
                kernels,
                x,
                rows,
                y,
                0,
                ld,
                accumulate,
                0,
                packed.panels(),
                new PackedMatrix.Scratch());
            for (int r = 0; r < rows; r++) {
              for (int j = 0; j < outputs; j++) {
                float expected = accumulate ? 0.5f : 0f;
                for (int k = 0; k < inputs; k++) {
                  expected = Math.fma(plain[r][k], widened[j][k], expected);
                }
                assertThat(y[r * ld + j]).isEqualTo(expected);
              }
            }
          }
        }
      }
    }
  }

  private static float[] widen(WeightFormat format, float[] row) {
    float[] out = new float[row.length];
    for (int k = 0; k < row.length; k++) {
      out[k] =
          switch (format) {
            case F32 -> row[k];
            case BF16 -> Float.intBitsToFloat(PanelWriter.toBf16(row[k]) << 16);
            case F16 -> Float.float16ToFloat(Float.floatToFloat16(row[k]));
            case INT8, INT4 -> {
              int group = format == WeightFormat.INT8 ? row.length : 32;
              float max = 0;
              for (int i = k / group * group;
                  i < Math.min(row.length, (k / group + 1) * group);
                  i++) {
                max = Math.max(max, Math.abs(row[i]));
              }
              float scale = max / (format == WeightFormat.INT8 ? 127 : 7);
              yield (float) Math.rint(row[k] / scale) * scale;
            }
          };
    }
    return out;
  }
}
