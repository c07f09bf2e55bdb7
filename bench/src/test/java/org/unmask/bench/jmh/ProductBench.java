package org.unmask.bench.jmh;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.nn.PackedMatrix;
import org.unmask.runtime.nn.RowBlocks;
import org.unmask.runtime.nn.WeightFormat;

/** Products of activations (m, k) with packed weights (n, k), as a forward pass calls them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(5)
@Warmup(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class ProductBench {

  /** How weights are held. */
  @Param({"F32", "BF16", "F16", "INT8", "INT4"})
  public WeightFormat format;

  /** m x k x n. */
  @Param({"1x4096x16384", "32x1024x1024", "32x4096x4096", "128x1024x1024", "256x4096x4096"})
  public String shape;

  /** Threads of the pool. */
  @Param("1")
  public int threads;

  private final Kernels kernels = Kernels.fastest();
  private WorkerPool pool;
  private PackedMatrix weights;
  private RowBlocks x;
  private PackedMatrix.Scratch[] scratch;
  private float[] y;
  private int m;
  private int k;
  private int n;
  private int ld;

  /** Makes the operands. */
  @Setup
  public void makeOperands() {
    String[] sizes = shape.split("x");
    m = Integer.parseInt(sizes[0]);
    k = Integer.parseInt(sizes[1]);
    n = Integer.parseInt(sizes[2]);
    pool = new WorkerPool(threads);
    float[] values = Operands.floats(2 * k);
    weights =
        PackedMatrix.pack(
            format,
            n,
            k,
            (row, out) -> System.arraycopy(values, row % k, out, 0, k),
            pool,
            Arena.ofAuto());
    x = new RowBlocks(m, k);
    for (int r = 0; r < m; r++) {
      x.set(r, values, r % k);
    }
    scratch = new PackedMatrix.Scratch[threads];
    Arrays.setAll(scratch, i -> new PackedMatrix.Scratch());
    ld = weights.panels() * PackedMatrix.PANEL + 16; // rows in different sets of the cache
    y = new float[m * ld];
  }

  /** One product. */
  @Benchmark
  public float[] product(Work work) {
    int group = Math.clamp(weights.panels() / (8 * threads), 1, 8);
    pool.run(Math.ceilDiv(weights.panels(), group), this::columns);
    work.gflop += 2e-9 * m * k * n;
    work.gigabytes += 1e-9 * weights.sizeBytes();
    return y;
  }

  private void columns(int i, int worker) {
    int group = Math.clamp(weights.panels() / (8 * threads), 1, 8);
    int from = i * group;
    int to = Math.min(weights.panels(), from + group);
    int at = from * PackedMatrix.PANEL;
    weights.multiply(kernels, x, m, y, at, ld, false, from, to, scratch[worker]);
  }

  /** Ends the threads. */
  @TearDown
  public void close() {
    pool.close();
  }
}
