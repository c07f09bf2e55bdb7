package org.unmask.bench.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.unmask.runtime.kernel.vector.MachineLimits;

/** What the machine can do at best; measured in the same run as the kernels it judges. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(5)
@Warmup(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class LimitsBench {

  /** Threads at once. */
  @Param("1")
  public int threads;

  /** Fused multiply-adds in registers. */
  @Benchmark
  public double fma(Work work) {
    long begin = System.nanoTime();
    double rate = MachineLimits.fmaGflops(threads, 1);
    work.gflop += rate * (System.nanoTime() - begin) * 1e-9;
    return rate;
  }

  /** Reading memory. */
  @Benchmark
  public double read(Work work) {
    long begin = System.nanoTime();
    double rate = MachineLimits.readGigabytesPerSecond(threads, 1);
    work.gigabytes += rate * (System.nanoTime() - begin) * 1e-9;
    return rate;
  }
}
