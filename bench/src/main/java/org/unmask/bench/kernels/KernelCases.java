package org.unmask.bench.kernels;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.unmask.runtime.cache.KvStore;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.nn.Attention;
import org.unmask.runtime.nn.HeadStatistics;
import org.unmask.runtime.nn.PackedMatrix;
import org.unmask.runtime.nn.RowBlocks;
import org.unmask.runtime.nn.WeightFormat;

/** The kernels of the table, with random operands. */
final class KernelCases {

  private final Kernels kernels;
  private final WorkerPool pool;
  private final PackedMatrix.Scratch[] scratch;
  private final SplittableRandom random = new SplittableRandom(1);

  KernelCases(Kernels kernels, WorkerPool pool) {
    this.kernels = kernels;
    this.pool = pool;
    scratch = new PackedMatrix.Scratch[pool.threads()];
    Arrays.setAll(scratch, i -> new PackedMatrix.Scratch());
  }

  /** Returns the cases, made only when asked for: some hold a lot of memory. */
  List<Supplier<KernelCase>> all(Path model) {
    List<Supplier<KernelCase>> cases = new ArrayList<>();
    for (WeightFormat format : List.of(WeightFormat.F32, WeightFormat.BF16, WeightFormat.INT8)) {
      for (int[] shape :
          new int[][] {
            {128, 1024, 1024},
            {256, 1024, 3072},
            {256, 4096, 4096},
            {32, 1024, 1024},
            {32, 4096, 4096}
          }) {
        cases.add(() -> product(format, shape[0], shape[1], shape[2]));
      }
    }
    cases.add(() -> vector(WeightFormat.F32));
    cases.add(() -> vector(WeightFormat.BF16));
    for (int[] shape : new int[][] {{256, 64}, {1024, 64}, {256, 128}, {1024, 128}, {180, 32}}) {
      cases.add(() -> attention(shape[0], 1024 / shape[1], shape[1]));
    }
    cases.add(() -> head(WeightFormat.F32));
    cases.add(() -> head(WeightFormat.BF16));
    for (Supplier<StepCases.Step> step : new StepCases(kernels, pool, null).all(model)) {
      cases.add(() -> step.get().asCase());
    }
    return cases;
  }

  private KernelCase product(WeightFormat format, int m, int k, int n) {
    PackedMatrix w = matrix(format, n, k);
    RowBlocks x = new RowBlocks(m, k);
    int ldy = n + 16; // as in a forward pass: rows in different sets of the cache
    float[] y = new float[m * ldy];
    int group = Math.clamp(w.panels() / (8 * pool.threads()), 1, 8);
    WorkerPool.Task task =
        (i, worker) -> {
          int from = i * group;
          int to = Math.min(w.panels(), from + group);
          w.multiply(
              kernels, x, m, y, from * PackedMatrix.PANEL, ldy, false, from, to, scratch[worker]);
        };
    return new KernelCase(
        "product " + name(format) + " " + m + " x " + k + " x " + n,
        2e-9 * m * k * n,
        KernelCase.Limit.FMA,
        () -> pool.run(Math.ceilDiv(w.panels(), group), task));
  }

  private KernelCase vector(WeightFormat format) {
    int n = 16384; // weights larger than any cache but the largest
    KernelCase product = product(format, 1, 4096, n);
    return new KernelCase(
        "product " + name(format) + " 1 x 4096 x " + n,
        1e-9 * 4096 * n * format.bits() / 8,
        KernelCase.Limit.READ,
        product.body());
  }

  /** The head of a large model on a block of 32 rows, statistics included. */
  private KernelCase head(WeightFormat format) {
    int rows = 32;
    int d = 1024;
    int vocabulary = 126464;
    PackedMatrix w = matrix(format, vocabulary, d);
    RowBlocks x = new RowBlocks(rows, d);
    for (int i = 0; i < x.data().length; i++) {
      x.data()[i] = (float) random.nextGaussian() * 0.1f;
    }
    int chunk = HeadStatistics.CHUNK;
    int chunks = Math.ceilDiv(vocabulary, chunk);
    float[][] tiles = new float[pool.threads()][rows * chunk];
    float[][] sums = new float[pool.threads()][2];
    HeadStatistics statistics = new HeadStatistics();
    WorkerPool.Task task =
        (i, worker) -> {
          float[] tile = tiles[worker];
          int from = i * chunk / PackedMatrix.PANEL;
          int to = Math.min(w.panels(), from + chunk / PackedMatrix.PANEL);
          w.multiply(kernels, x, rows, tile, 0, chunk, false, from, to, scratch[worker]);
          int n = Math.min(chunk, vocabulary - i * chunk);
          for (int r = 0; r < rows; r++) {
            statistics.collect(kernels.row(), r, i, tile, r * chunk, n, 0, 0, sums[worker]);
          }
        };
    return new KernelCase(
        "head " + name(format) + " " + rows + " x " + d + " x " + vocabulary,
        2e-9 * rows * d * vocabulary,
        KernelCase.Limit.FMA,
        () -> {
          statistics.reset(rows, vocabulary);
          pool.run(chunks, task);
          for (int r = 0; r < rows; r++) {
            statistics.merge(r, false);
          }
        });
  }

  private KernelCase attention(int rows, int heads, int headDim) {
    KvStore store = new KvStore(rows, heads, headDim);
    int width = heads * headDim;
    RowBlocks q = new RowBlocks(rows, heads * Attention.headStride(headDim));
    float[] row = new float[width];
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < width; i++) {
        row[i] = (float) random.nextGaussian() * 0.1f;
      }
      for (int h = 0; h < heads; h++) {
        int to = q.offset(r, h * Attention.headStride(headDim));
        System.arraycopy(row, h * headDim, q.data(), to, headDim);
        store.putKey(h, r, row, h * headDim);
        store.putValue(h, r, row, h * headDim);
      }
    }
    float[] out = new float[rows * width];
    Attention[] scratch = new Attention[pool.threads()];
    Arrays.setAll(scratch, i -> new Attention(kernels, heads, heads, headDim));
    int[] all = new int[rows];
    Arrays.fill(all, rows);
    int blocks = Math.ceilDiv(rows, Attention.BLOCK);
    WorkerPool.Task task =
        (i, worker) -> {
          int from = i % blocks * Attention.BLOCK;
          int count = Math.min(Attention.BLOCK, rows - from);
          int h = i / blocks;
          scratch[worker].attend(
              q, from, count, store, 0, all, from, null, out, from * width, width, h, h + 1);
        };
    return new KernelCase(
        "attention " + rows + " rows, " + heads + " heads of " + headDim,
        4e-9 * rows * rows * width,
        KernelCase.Limit.FMA,
        () -> pool.run(heads * blocks, task));
  }

  private PackedMatrix matrix(WeightFormat format, int outputs, int inputs) {
    return PackedMatrix.pack(
        format,
        outputs,
        inputs,
        (row, out) -> {
          SplittableRandom r = new SplittableRandom(row);
          for (int k = 0; k < inputs; k++) {
            out[k] = (float) r.nextDouble() - 0.5f;
          }
        },
        pool,
        Arena.ofAuto());
  }

  private static String name(WeightFormat format) {
    return format.name().toLowerCase(Locale.ROOT);
  }
}
