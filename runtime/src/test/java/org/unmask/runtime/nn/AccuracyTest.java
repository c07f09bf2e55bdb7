package org.unmask.runtime.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.unmask.runtime.cache.KvStore;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.kernel.RowKernel;

/**
 * Errors against the same operations in double, over random operands; the table of
 * docs/bit-exact.md. All kernels give the same bits, so one set of them is enough.
 */
class AccuracyTest {

  private static final double ULP = 0x1p-23; // of 1

  private final Kernels kernels = Kernels.fastest();
  private final RowKernel row = kernels.row();
  private final SplittableRandom random = new SplittableRandom(20261122);

  @Test
  void product_errorRelativeToTheSumOfMagnitudes() {
    int inputs = 4096;
    int outputs = 64;
    float[][] w = new float[outputs][];
    Arrays.setAll(w, j -> floats(inputs));
    float[] x = floats(inputs);
    double worst = 0;
    try (WorkerPool pool = new WorkerPool(1)) {
      PackedMatrix packed =
          PackedMatrix.pack(
              WeightFormat.F32,
              outputs,
              inputs,
              (j, out) -> System.arraycopy(w[j], 0, out, 0, inputs),
              pool,
              Arena.ofAuto());
      RowBlocks blocks = new RowBlocks(1, inputs);
      blocks.set(0, x, 0);
      float[] y = new float[outputs];
      packed.multiply(kernels, blocks, 1, y, 0, outputs, false, 0, 2, new PackedMatrix.Scratch());
      for (int j = 0; j < outputs; j++) {
        double exact = 0;
        double magnitude = 0;
        for (int k = 0; k < inputs; k++) {
          exact += (double) x[k] * w[j][k];
          magnitude += Math.abs((double) x[k] * w[j][k]);
        }
        worst = Math.max(worst, Math.abs(y[j] - exact) / magnitude);
      }
    }
    check("product of 4096 terms, relative to the sum of |x w|", worst, 4 * ULP);
  }

  @Test
  void rmsNorm_relativeError() {
    double worst = 0;
    for (int n : new int[] {64, 256, 1003, 4096}) {
      float[] x = floats(n);
      float[] weight = floats(n);
      float[] y = new float[n];
      row.rmsNorm(x, 0, n, weight, 1e-6f, y, 0);
      double squares = 0;
      for (float value : x) {
        squares += (double) value * value;
      }
      double r = 1 / Math.sqrt(squares / n + 1e-6f);
      for (int i = 0; i < n; i++) {
        double exact = x[i] * r * weight[i];
        worst = Math.max(worst, Math.abs(y[i] - exact) / Math.abs(exact));
      }
    }
    check("RMSNorm, relative", worst, 3 * ULP);
  }

  @Test
  void swiGlu_relativeError() {
    float[] gate = floats(4096);
    float[] up = floats(4096);
    for (int i = 0; i < gate.length; i++) {
      gate[i] *= 5;
    }
    float[] y = gate.clone();
    row.swiGlu(y, 0, up, 0, y.length);
    double worst = 0;
    for (int i = 0; i < y.length; i++) {
      double exact = gate[i] / (1 + StrictMath.exp(-gate[i])) * up[i];
      worst = Math.max(worst, Math.abs(y[i] - exact) / Math.abs(exact));
    }
    check("SwiGLU, relative", worst, 3 * ULP);
  }

  @Test
  void softmax_relativeError() {
    double worst = 0;
    for (int n : new int[] {16, 256, 1003, 4096}) {
      float[] x = floats(n);
      float[] e = Arrays.copyOf(x, (n + 255) / 256 * 256);
      float max = row.max(x, 0, n);
      float[] sums = new float[1];
      row.expRows(e, 1, 256, new int[] {n}, 0, sums);
      float sum = sums[0];
      double exactSum = 0;
      for (float value : x) {
        exactSum += StrictMath.exp((double) value - max);
      }
      for (int i = 0; i < n; i++) {
        double exact = StrictMath.exp((double) x[i] - max) / exactSum;
        worst = Math.max(worst, Math.abs(e[i] * (1f / sum) - exact) / exact);
      }
    }
    // x - max is rounded before exp: half an ulp of the largest difference, about 8
    check("softmax, relative", worst, 8 * ULP);
  }

  @Test
  void rotation_errorRelativeToThePair() {
    float[] x = floats(128);
    float[] y = x.clone();
    float[] cos = new float[64];
    float[] sin = new float[64];
    for (int i = 0; i < 64; i++) {
      cos[i] = (float) StrictMath.cos(i);
      sin[i] = (float) StrictMath.sin(i);
    }
    row.rotate(y, 0, 1, 128, 64, cos, sin, 0);
    double worst = 0;
    for (int i = 0; i < 64; i++) {
      double c = StrictMath.cos(i);
      double s = StrictMath.sin(i);
      double size = Math.hypot(x[i], x[i + 64]);
      worst = Math.max(worst, Math.abs(y[i] - (x[i] * c - x[i + 64] * s)) / size);
      worst = Math.max(worst, Math.abs(y[i + 64] - (x[i + 64] * c + x[i] * s)) / size);
    }
    check("rotation, relative to the pair's length", worst, 2 * ULP);
  }

  @Test
  void attention_errorRelativeToTheLargestValue() {
    int keys = 1024;
    int dim = 64;
    KvStore store = new KvStore(keys, 1, dim);
    float[] q = floats(dim);
    float[] k = floats(keys * dim);
    float[] v = floats(keys * dim);
    for (int d = 0; d < dim; d++) {
      q[d] /= 8;
    }
    for (int j = 0; j < keys; j++) {
      store.putKey(0, j, k, j * dim);
      store.putValue(0, j, v, j * dim);
    }
    RowBlocks queries = new RowBlocks(1, Attention.headStride(dim));
    queries.set(0, q, 0);
    float[] out = new float[dim];
    new Attention(kernels, 1, 1, dim)
        .attend(queries, 0, 1, store, 0, new int[] {keys}, 0, null, out, 0, dim, 0, 1);
    double[] e = new double[keys];
    double sum = 0;
    for (int j = 0; j < keys; j++) {
      double score = 0;
      for (int d = 0; d < dim; d++) {
        score += (double) q[d] * k[j * dim + d];
      }
      e[j] = StrictMath.exp(score);
      sum += e[j];
    }
    double worst = 0;
    double largest = 0;
    for (int d = 0; d < dim; d++) {
      double exact = 0;
      for (int j = 0; j < keys; j++) {
        exact += e[j] / sum * v[j * dim + d];
        largest = Math.max(largest, Math.abs(v[j * dim + d]));
      }
      worst = Math.max(worst, Math.abs(out[d] - exact));
    }
    check("attention over 1024 keys, relative to the largest |v|", worst / largest, 2 * ULP);
  }

  @Test
  void headStatistics_errors() {
    int vocabulary = 126_464;
    float[] logits = floats(vocabulary);
    HeadStatistics statistics = new HeadStatistics();
    statistics.reset(1, vocabulary);
    float[] copy = logits.clone();
    float[] sums = new float[2];
    for (int chunk = 0; chunk * 1024 < vocabulary; chunk++) {
      int n = Math.min(1024, vocabulary - chunk * 1024);
      statistics.collect(row, 0, chunk, copy, chunk * 1024, n, 0, 0, sums);
    }
    statistics.merge(0, false);
    double sum = 0;
    double weighted = 0;
    double largest = 0;
    for (float l : logits) {
      double e = StrictMath.exp(l);
      sum += e;
      weighted += e * l;
      largest = Math.max(largest, e);
    }
    double entropy = StrictMath.log(sum) - weighted / sum;
    check(
        "highest probability of 126464, relative",
        Math.abs(statistics.top() - largest / sum) / (largest / sum),
        4 * ULP);
    check("entropy of 126464, in nats", Math.abs(statistics.entropy() - entropy), 16 * ULP);
  }

  /** The bound is asserted; the figure is printed on request, for the table. */
  private static void check(String what, double worst, double bound) {
    if (Boolean.getBoolean("unmask.print")) {
      System.out.printf("| %s | %.2g | %.2g |%n", what, worst, bound);
    }
    assertThat(worst).as(what).isLessThan(bound);
  }

  private float[] floats(int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }
}
