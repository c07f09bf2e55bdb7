package org.unmask.bench.jmh;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.kernel.RowKernel;

/**
 * Operations on rows of floats in cache, one thread. A row of 1024 floats counts as 4 KiB for each
 * time the operation reads or writes it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(5)
@Warmup(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class RowBench {

  /** Elements of a row. */
  @Param("1024")
  public int n;

  private final RowKernel kernel = Kernels.fastest().row();
  private final float[] sums = new float[2];
  private float[] x;
  private float[] y;
  private float[] z;
  private float[] scales;
  private MemorySegment bytes;

  /** Makes the operands. */
  @Setup
  public void makeOperands() {
    x = Operands.floats(n);
    y = Operands.floats(n + 1);
    z = new float[n];
    scales = Operands.floats(32);
    bytes = Arena.ofAuto().allocate(n);
    bytes.fill((byte) 77);
  }

  private void count(Work work, int rows) {
    work.gigabytes += 4e-9 * rows * n;
  }

  /** Reads the row twice and the weights once, writes once. */
  @Benchmark
  public float[] rmsNorm(Work work) {
    kernel.rmsNorm(x, 0, n, y, 1e-6f, z, 0);
    count(work, 4);
    return z;
  }

  /** Copies a row, then maximum, exp and sum, scale: reads four times, writes three times. */
  @Benchmark
  public float[] softmax(Work work) {
    System.arraycopy(x, 0, z, 0, n);
    kernel.expRows(z, 1, 256, new int[] {n}, 0, sums);
    kernel.scale(z, 0, n, 1 / sums[0], z, 0);
    count(work, 7);
    return z;
  }

  /** Reads once. */
  @Benchmark
  public float max(Work work) {
    count(work, 1);
    return kernel.max(x, 0, n);
  }

  /** Two sums over exponentials: reads once. */
  @Benchmark
  public float[] expSums(Work work) {
    kernel.expSums(x, 0, n, 1f, sums);
    count(work, 1);
    return sums;
  }

  /** Reads two rows, writes one. */
  @Benchmark
  public float[] swiGlu(Work work) {
    System.arraycopy(x, 0, z, 0, n);
    kernel.swiGlu(z, 0, y, 0, n);
    count(work, 5);
    return z;
  }

  /** Rotates heads of 64: reads and writes once. */
  @Benchmark
  public float[] rope(Work work) {
    kernel.rotate(z, 0, n / 64, 64, 32, x, y, 0);
    count(work, 2);
    return z;
  }

  /** Widens int8 to floats: a quarter read, one row written. */
  @Benchmark
  public float[] widenInt8(Work work) {
    Kernels.fastest().widen().widenInt8(bytes, 0, n / 32, scales, 0, z);
    work.gigabytes += 5e-9 * n;
    return z;
  }
}
