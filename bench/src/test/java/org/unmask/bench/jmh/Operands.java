package org.unmask.bench.jmh;

import java.util.SplittableRandom;

/** Random operands. */
final class Operands {

  private Operands() {}

  /** Returns numbers in [-1, 1), always the same. */
  static float[] floats(int n) {
    SplittableRandom random = new SplittableRandom(n);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = 2 * (float) random.nextDouble() - 1;
    }
    return x;
  }
}
