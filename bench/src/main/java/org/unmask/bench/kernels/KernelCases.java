package org.unmask.bench.kernels;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.unmask.bench.load.Flops;
import org.unmask.decode.DecodeStep;
import org.unmask.model.Denoiser;
import org.unmask.model.KvCache;
import org.unmask.model.Query;
import org.unmask.model.transformer.Transformer;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.runtime.cache.KvStore;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.nn.Attention;
import org.unmask.runtime.nn.PackedMatrix;
import org.unmask.runtime.nn.RowBlocks;
import org.unmask.runtime.nn.WeightFormat;
import org.unmask.weights.Checkpoint;

/** The kernels and forward passes of the table, with random operands. */
final class KernelCases {

  private final Kernels kernels;
  private final WorkerPool pool;
  private final SplittableRandom random = new SplittableRandom(1);

  KernelCases(Kernels kernels, WorkerPool pool) {
    this.kernels = kernels;
    this.pool = pool;
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
    for (int[] shape : new int[][] {{128, 1}, {256, 1}, {180, 16}}) {
      cases.add(() -> step(model, shape[0], shape[1]));
    }
    cases.add(() -> blockStep(model, 32, 256));
    return cases;
  }

  private KernelCase product(WeightFormat format, int m, int k, int n) {
    PackedMatrix w = matrix(format, n, k);
    RowBlocks x = new RowBlocks(m, k);
    int ldy = n + 16; // as in a forward pass: rows in different sets of the cache
    float[] y = new float[m * ldy];
    PackedMatrix.Scratch[] scratch = new PackedMatrix.Scratch[pool.threads()];
    Arrays.setAll(scratch, i -> new PackedMatrix.Scratch());
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

  /** One forward call over whole sequences, predictions for the last 32 rows of each. */
  private KernelCase step(Path model, int rows, int batch) {
    Loaded loaded = load(model);
    int[] predicted = IntStream.range(rows - 32, rows).toArray();
    List<Query> queries = new ArrayList<>();
    for (int b = 0; b < batch; b++) {
      int[] ids = random.ints(rows, 0, loaded.config.vocabSize() - 16).toArray();
      queries.add(new Query().rows(ids, 0, rows).predict(predicted, 32));
    }
    return new KernelCase(
        "step of " + model.getFileName() + ", " + batch + " x " + rows + " rows",
        batch * flops(loaded.config, rows, 32, rows),
        KernelCase.Limit.FMA,
        () -> loaded.denoiser.forward(queries));
  }

  /** One forward call over a block against cached rows. */
  private KernelCase blockStep(Path model, int block, int keys) {
    Loaded loaded = load(model);
    int[] ids = random.ints(keys, 0, loaded.config.vocabSize() - 16).toArray();
    KvCache cache = loaded.denoiser.newCache(keys);
    loaded.denoiser.forward(List.of(new Query(cache).rows(ids, 0, keys)));
    int[] predicted = IntStream.range(0, block).toArray();
    Query query = new Query(cache).rows(ids, keys - block, keys).predict(predicted, block);
    return new KernelCase(
        "step of " + model.getFileName() + ", block of " + block + " against " + keys + " keys",
        flops(loaded.config, block, block, keys),
        KernelCase.Limit.FMA,
        () -> loaded.denoiser.forward(List.of(query)));
  }

  private record Loaded(TransformerConfig config, Denoiser denoiser) {}

  private Loaded load(Path model) {
    try {
      Checkpoint checkpoint = Checkpoint.open(model); // stays open: the case outlives this method
      Transformer transformer = Transformer.load(checkpoint, pool);
      return new Loaded(transformer.config(), transformer.newDenoiser(kernels, pool));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** GFLOP of one sequence's forward call. */
  private static double flops(TransformerConfig config, int rows, int predicted, int keys) {
    DecodeStep.Rows call = new DecodeStep.Rows(1, rows, keys, (long) rows * keys, predicted, 0);
    return 1e-9 * new Flops(config).of(call);
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
