package org.unmask.runtime.kernel.vector;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.DoubleAdder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What this machine can do at best, measured in Java: the float32 fused multiply-add rate and the
 * rate of reading memory. Kernel speeds are judged against these, measured in the same run.
 */
public final class MachineLimits {

  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final int CHAINS = 12;
  private static final int ITERATIONS = 2_000_000;
  private static final int STREAM_FLOATS = 48 << 20; // 192 MiB a thread: larger than most caches

  private MachineLimits() {}

  /**
   * Measures the fused multiply-add rate: twelve independent chains of vectors in registers.
   *
   * @param threads threads running at once, at least 1
   * @param rounds repetitions; the best counts
   * @return GFLOP/s of all threads together, two operations per element
   */
  public static double fmaGflops(int threads, int rounds) {
    double flops = 2.0 * CHAINS * L * ITERATIONS;
    return best(threads, rounds, flops, worker -> consume(fma(ITERATIONS)));
  }

  /**
   * Measures reading: sums of an array per thread that does not fit in cache.
   *
   * @param threads threads running at once, at least 1
   * @param rounds repetitions; the best counts
   * @return GB/s of all threads together, 10^9 bytes
   */
  public static double readGigabytesPerSecond(int threads, int rounds) {
    float[][] data = new float[threads][STREAM_FLOATS];
    return best(threads, rounds, 4.0 * STREAM_FLOATS, worker -> consume(sum(data[worker])));
  }

  private interface Work {
    void run(int worker);
  }

  private static double best(int threads, int rounds, double perThread, Work work) {
    double best = 0;
    for (int round = 0; round < rounds; round++) {
      CyclicBarrier start = new CyclicBarrier(threads);
      DoubleAdder rate = new DoubleAdder();
      Thread[] workers = new Thread[threads];
      for (int t = 0; t < threads; t++) {
        int worker = t;
        workers[t] =
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        start.await();
                      } catch (Exception e) {
                        throw new IllegalStateException(e);
                      }
                      long begin = System.nanoTime();
                      work.run(worker);
                      rate.add(perThread / (System.nanoTime() - begin));
                    });
      }
      for (Thread worker : workers) {
        try {
          worker.join();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return best;
        }
      }
      best = Math.max(best, rate.sum());
    }
    return best;
  }

  private static volatile float sink;

  private static void consume(float value) {
    sink = value;
  }

  private static float fma(int iterations) {
    FloatVector a = FloatVector.broadcast(S, 1.0001f);
    FloatVector b = FloatVector.broadcast(S, 1e-9f);
    FloatVector c0 = a;
    FloatVector c1 = a;
    FloatVector c2 = a;
    FloatVector c3 = a;
    FloatVector c4 = a;
    FloatVector c5 = a;
    FloatVector c6 = a;
    FloatVector c7 = a;
    FloatVector c8 = a;
    FloatVector c9 = a;
    FloatVector c10 = a;
    FloatVector c11 = a;
    for (int i = 0; i < iterations; i++) {
      c0 = c0.fma(a, b);
      c1 = c1.fma(a, b);
      c2 = c2.fma(a, b);
      c3 = c3.fma(a, b);
      c4 = c4.fma(a, b);
      c5 = c5.fma(a, b);
      c6 = c6.fma(a, b);
      c7 = c7.fma(a, b);
      c8 = c8.fma(a, b);
      c9 = c9.fma(a, b);
      c10 = c10.fma(a, b);
      c11 = c11.fma(a, b);
    }
    FloatVector sum = c0.add(c1).add(c2).add(c3).add(c4).add(c5);
    return sum.add(c6).add(c7).add(c8).add(c9).add(c10).add(c11).lane(0);
  }

  private static float sum(float[] x) {
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int i = 0; i <= x.length - 4 * L; i += 4 * L) {
      s0 = s0.add(FloatVector.fromArray(S, x, i));
      s1 = s1.add(FloatVector.fromArray(S, x, i + L));
      s2 = s2.add(FloatVector.fromArray(S, x, i + 2 * L));
      s3 = s3.add(FloatVector.fromArray(S, x, i + 3 * L));
    }
    return s0.add(s1).add(s2.add(s3)).lane(0);
  }
}
