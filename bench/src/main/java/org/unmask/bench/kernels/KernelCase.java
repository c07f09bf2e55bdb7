package org.unmask.bench.kernels;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;

/**
 * One thing to time.
 *
 * @param name what it is and its shape
 * @param work operations (GFLOP) or bytes (GB) of one call, in 10^9
 * @param limit which machine limit it is judged by
 * @param body one call
 */
record KernelCase(String name, double work, Limit limit, Runnable body) {

  /** What bounds a kernel. */
  enum Limit {
    /** The float32 fused multiply-add rate. */
    FMA("GFLOP/s"),
    /** The rate of reading memory. */
    READ("GB/s");

    private final String unit;

    Limit(String unit) {
      this.unit = unit;
    }

    String unit() {
      return unit;
    }
  }

  private static final double WINDOW_SECONDS = 0.1;
  private static final int STEADY_WINDOWS = 5;
  private static final double RISE = 1.02;
  private static final double MOST_WARM_UP_SECONDS = 20;

  /**
   * Times the case once it is compiled.
   *
   * @param seconds how long to repeat it, after its warm-up
   * @return the best rate seen, in units of the limit
   */
  double best(double seconds) {
    warmUp();
    return repeat(seconds);
  }

  /**
   * Repeats the case until its rate has not risen and the compiler has finished nothing for a few
   * windows: a fixed time is too short for cases whose kernels no case before them has called.
   */
  void warmUp() {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    long end = System.nanoTime() + (long) (MOST_WARM_UP_SECONDS * 1e9);
    double best = 0;
    for (int steady = 0; steady < STEADY_WINDOWS && System.nanoTime() < end; ) {
      long compiled = compiler.getTotalCompilationTime();
      double rate = repeat(WINDOW_SECONDS);
      boolean isSteady = rate < RISE * best && compiler.getTotalCompilationTime() == compiled;
      steady = isSteady ? steady + 1 : 0;
      best = Math.max(best, rate);
    }
  }

  private double repeat(double seconds) {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    double best = 0;
    do {
      long begin = System.nanoTime();
      body.run();
      best = Math.max(best, work * 1e9 / (System.nanoTime() - begin));
    } while (System.nanoTime() < end);
    return best;
  }
}
