package org.unmask.runtime.nn;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.unmask.runtime.cache.KvStore;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.kernel.RowKernel;

/**
 * One hash over small products of every weight format, attention, head statistics and row kernels.
 * A program, so that a JVM with other flags can be asked for it: {@code KernelDigest WIDTH
 * THREADS}.
 */
final class KernelDigest {

  private final SplittableRandom random = new SplittableRandom(20261122);
  private final MessageDigest hash = sha256();
  private final Kernels kernels;
  private final WorkerPool pool;

  private KernelDigest(Kernels kernels, WorkerPool pool) {
    this.kernels = kernels;
    this.pool = pool;
  }

  public static void main(String[] args) {
    try (WorkerPool pool = new WorkerPool(Integer.parseInt(args[1]))) {
      System.out.println(of(Kernels.named(args[0]), pool));
    }
  }

  static String of(Kernels kernels, WorkerPool pool) {
    KernelDigest digest = new KernelDigest(kernels, pool);
    for (WeightFormat format : WeightFormat.values()) {
      digest.product(format);
    }
    digest.attention();
    digest.head();
    digest.rows();
    return HexFormat.of().formatHex(digest.hash.digest());
  }

  private void product(WeightFormat format) {
    int outputs = 70;
    int inputs = 37;
    int rows = 15; // tiles of 12, 2 and 1 rows, or of 8, 6, 4, 2 and 1
    float[][] w = new float[outputs][];
    Arrays.setAll(w, row -> floats(inputs));
    PackedMatrix packed =
        PackedMatrix.pack(
            format,
            outputs,
            inputs,
            (row, out) -> System.arraycopy(w[row], 0, out, 0, inputs),
            pool,
            Arena.ofAuto());
    RowBlocks x = new RowBlocks(rows, inputs);
    for (int r = 0; r < rows; r++) {
      x.set(r, floats(inputs), 0);
    }
    int ld = packed.panels() * PackedMatrix.PANEL;
    float[] y = floats(rows * ld);
    PackedMatrix.Scratch[] scratch = new PackedMatrix.Scratch[pool.threads()];
    Arrays.setAll(scratch, i -> new PackedMatrix.Scratch());
    pool.run(
        packed.panels(),
        (p, worker) ->
            packed.multiply(kernels, x, rows, y, p * 32, ld, true, p, p + 1, scratch[worker]));
    add(y);
  }

  private void attention() {
    int heads = 2;
    int headDim = 24;
    int width = heads * headDim;
    int rows = 13;
    KvStore store = new KvStore(rows, heads, headDim);
    float[] values = floats(rows * width);
    int stride = Attention.headStride(headDim);
    RowBlocks q = new RowBlocks(rows, heads * stride);
    for (int r = 0; r < rows; r++) {
      float[] row = new float[heads * stride];
      for (int h = 0; h < heads; h++) {
        int at = r * width + h * headDim;
        store.putKey(h, r, values, at);
        store.putValue(h, r, values, at);
        System.arraycopy(values, at, row, h * stride, headDim);
      }
      q.set(r, row, 0);
    }
    int[] visible = new int[rows];
    Arrays.setAll(visible, r -> r + 1);
    float[] out = new float[rows * width];
    Attention[] scratch = new Attention[pool.threads()];
    Arrays.setAll(scratch, i -> new Attention(kernels, heads, heads, headDim));
    pool.run(
        heads,
        (h, worker) ->
            scratch[worker].attend(
                q, 0, rows, store, 0, visible, 0, null, out, 0, width, h, h + 1));
    add(out);
  }

  private void head() {
    int vocabulary = 1100; // two chunks
    HeadStatistics statistics = new HeadStatistics();
    statistics.reset(1, vocabulary);
    float[] logits = floats(vocabulary);
    float[] sums = new float[2];
    statistics.collect(kernels.row(), 0, 0, logits, 0, 1024, 0.7, 42, sums);
    statistics.collect(kernels.row(), 0, 1, logits, 1024, 76, 0.7, 42, sums);
    statistics.merge(0, true);
    hash.update(
        ByteBuffer.allocate(28)
            .putInt(statistics.token())
            .putDouble(statistics.confidence())
            .putDouble(statistics.second())
            .putDouble(statistics.entropy())
            .array());
  }

  private void rows() {
    RowKernel row = kernels.row();
    for (int n : new int[] {1, 17, 101}) {
      float[] x = floats(n);
      float[] y = floats(n);
      float[] z = new float[n];
      row.rmsNorm(x, 0, n, y, 1e-6f, z, 0);
      add(z);
      row.swiGlu(z, 0, y, 0, n);
      add(z);
      float[] scores = floats(2 * 256);
      float[] sums = new float[2];
      row.expRows(scores, 2, 2 * 256, new int[] {n, 1}, 0, sums);
      row.scale(scores, 0, n, sums[0], z, 0);
      add(z);
      float[] heads = floats(2 * 2 * n);
      row.rotate(heads, 0, 2, 2 * n, n, y, x, 0);
      add(heads);
    }
  }

  private float[] floats(int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  private void add(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
    bytes.asFloatBuffer().put(values);
    hash.update(bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
