package org.unmask.bench.jmh;

import java.lang.foreign.Arena;
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
import org.openjdk.jmh.annotations.Warmup;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.nn.HeadStatistics;
import org.unmask.runtime.nn.PackedMatrix;
import org.unmask.runtime.nn.RowBlocks;
import org.unmask.runtime.nn.WeightFormat;

/**
 * Logits of 1024 inputs over a large vocabulary and their statistics, chunk by chunk, one thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(5)
@Warmup(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class HeadBench {

  /** Rows to predict. */
  @Param({"1", "32"})
  public int rows;

  /** How weights are held. */
  @Param({"F32", "BF16"})
  public WeightFormat format;

  /** Outputs. */
  @Param("126464")
  public int vocabulary;

  private static final int INPUTS = 1024;
  private static final int CHUNK = HeadStatistics.CHUNK;

  private final Kernels kernels = Kernels.fastest();
  private final HeadStatistics statistics = new HeadStatistics();
  private final PackedMatrix.Scratch scratch = new PackedMatrix.Scratch();
  private final float[] sums = new float[2];
  private PackedMatrix weights;
  private RowBlocks x;
  private float[] tile;

  /** Makes the operands. */
  @Setup
  public void makeOperands() {
    float[] values = Operands.floats(2 * INPUTS);
    try (WorkerPool pool = new WorkerPool(1)) {
      weights =
          PackedMatrix.pack(
              format,
              vocabulary,
              INPUTS,
              (row, out) -> System.arraycopy(values, row % INPUTS, out, 0, INPUTS),
              pool,
              Arena.ofAuto());
    }
    x = new RowBlocks(rows, INPUTS);
    for (int r = 0; r < rows; r++) {
      x.set(r, values, r);
    }
    tile = new float[rows * (CHUNK + 16)];
  }

  /** All rows, all statistics. */
  @Benchmark
  public double head(Work work) {
    int ld = CHUNK + 16;
    int panels = CHUNK / PackedMatrix.PANEL;
    statistics.reset(rows, vocabulary);
    for (int chunk = 0; chunk * CHUNK < vocabulary; chunk++) {
      int from = chunk * panels;
      int to = Math.min(weights.panels(), from + panels);
      int n = Math.min(CHUNK, vocabulary - chunk * CHUNK);
      weights.multiply(kernels, x, rows, tile, 0, ld, false, from, to, scratch);
      for (int r = 0; r < rows; r++) {
        statistics.collect(kernels.row(), r, chunk, tile, r * ld, n, 0, 0, sums);
      }
    }
    double sum = 0;
    for (int r = 0; r < rows; r++) {
      statistics.merge(r, false);
      sum += statistics.entropy();
    }
    work.gflop += 2e-9 * rows * INPUTS * vocabulary;
    work.gigabytes += 1e-9 * weights.sizeBytes();
    return sum;
  }
}
