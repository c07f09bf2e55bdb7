package org.unmask.bench.kernels;

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

  /**
   * Times the case.
   *
   * @param seconds how long to repeat it, after a warm-up of the same length
   * @return the best rate seen, in units of the limit
   */
  double best(double seconds) {
    repeat(seconds);
    return repeat(seconds);
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
