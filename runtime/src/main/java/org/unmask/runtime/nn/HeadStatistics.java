package org.unmask.runtime.nn;

import org.unmask.runtime.kernel.RowKernel;

/**
 * Statistics of logit rows, collected tile by tile so that full rows are never materialised.
 *
 * <p>Each row is cut into chunks of {@link #CHUNK} vocabulary entries. A chunk keeps its maximum,
 * its arg-max (lowest id on ties), its second largest value, and the sums of e^(l - max) and e^(l -
 * max) (l - max) over all entries but the arg-max, in float32 in the fixed order of {@link
 * RowKernel#expSums}. Chunks are merged in ascending order in double. Leaving the arg-max out keeps
 * the relative accuracy of 1 - p when p is close to 1.
 *
 * <p>With noise, a chunk also keeps its best l + T g, g = -ln(-ln u), u from {@link #uniform}.
 */
public final class HeadStatistics {

  /** Vocabulary entries per chunk. */
  public static final int CHUNK = 1024;

  private static final int FLOATS = 4; // max, second, sum, weighted sum
  private static final int INTS = 2; // arg-max, drawn token

  private int chunks;
  private float[] floats = {};
  private int[] ints = {};
  private double[] noisy = {}; // best noisy value and the logit of its token

  private int token;
  private double confidence;
  private double top;
  private double second;
  private double entropy;
  private double max;

  /** Makes an empty collector. */
  public HeadStatistics() {}

  /**
   * Makes room.
   *
   * @param rows logit rows
   * @param vocabSize logits per row
   */
  public void reset(int rows, int vocabSize) {
    chunks = Math.ceilDiv(vocabSize, CHUNK);
    int cells = rows * chunks;
    if (floats.length < cells * FLOATS) {
      floats = new float[cells * FLOATS];
      ints = new int[cells * INTS];
      noisy = new double[cells * 2];
    }
  }

  /**
   * Collects one chunk of one row. The logits are overwritten at the arg-max.
   *
   * @param row which row
   * @param chunk which chunk
   * @param logits values from {@code at}; suppressed ones are negative infinity
   * @param n entries in the chunk, at least 1
   * @param temperature above 0 to draw a token, 0 for none
   * @param key noise key of the row
   * @param sums scratch for two floats
   */
  public void collect(
      RowKernel kernel,
      int row,
      int chunk,
      float[] logits,
      int at,
      int n,
      double temperature,
      long key,
      float[] sums) {
    int cell = row * chunks + chunk;
    int first = chunk * CHUNK;
    float max = kernel.max(logits, at, n);
    if (max != max || max == Float.POSITIVE_INFINITY) {
      throw notFinite();
    }
    int arg = kernel.indexOf(logits, at, n, max);
    if (temperature > 0) {
      draw(cell, logits, at, n, first, arg, temperature, key);
    }
    int f = cell * FLOATS;
    floats[f] = max;
    ints[cell * INTS] = first + arg;
    if (max == Float.NEGATIVE_INFINITY) { // the whole chunk is suppressed
      floats[f + 1] = max;
      floats[f + 2] = 0f;
      floats[f + 3] = 0f;
      return;
    }
    logits[at + arg] = Float.NEGATIVE_INFINITY;
    floats[f + 1] = kernel.max(logits, at, n);
    kernel.expSums(logits, at, n, max, sums);
    floats[f + 2] = sums[0];
    floats[f + 3] = sums[1];
  }

  /**
   * Stores a chunk that was collected elsewhere, without noise.
   *
   * @param max largest logit, or NaN if any is
   * @param second largest of the others
   * @param sum of e^(l - max) over the others
   * @param weighted sum of e^(l - max) (l - max) over the others
   * @param argMax token of the largest logit, the lowest on ties
   */
  public void put(
      int row, int chunk, float max, float second, float sum, float weighted, int argMax) {
    if (max != max || max == Float.POSITIVE_INFINITY) {
      throw notFinite();
    }
    int cell = row * chunks + chunk;
    int f = cell * FLOATS;
    floats[f] = max;
    floats[f + 1] = second;
    floats[f + 2] = sum;
    floats[f + 3] = weighted;
    ints[cell * INTS] = argMax;
  }

  private static ArithmeticException notFinite() {
    return new ArithmeticException(
        "logits are not finite numbers; the weights are damaged or overflow float32");
  }

  private void draw(
      int cell, float[] logits, int at, int n, int first, int arg, double temperature, long key) {
    int best = arg;
    double bestValue = logits[at + arg] + temperature * gumbel(key, first + arg);
    for (int i = 0; i < n; i++) {
      float l = logits[at + i];
      if (l == Float.NEGATIVE_INFINITY) {
        continue;
      }
      long bits = hash(key, first + i);
      // g <= -ln(1 - u), and 1 - u >= 2^-(leading ones + 1): most tokens cannot win
      double bound = (Long.numberOfLeadingZeros(~bits) + 1) * 0.6931471805599454;
      if (l + temperature * bound < bestValue) {
        continue;
      }
      double value = l + temperature * gumbel(key, first + i);
      if (value > bestValue || (value == bestValue && i < best)) {
        bestValue = value;
        best = i;
      }
    }
    ints[cell * INTS + 1] = first + best;
    noisy[2 * cell] = bestValue;
    noisy[2 * cell + 1] = logits[at + best];
  }

  /**
   * Merges the chunks of a row; the results are then read from {@link #token} and its neighbours.
   *
   * @param drawn whether chunks were collected with a temperature
   */
  public void merge(int row, boolean drawn) {
    int start = row * chunks;
    int best = start;
    for (int cell = start + 1; cell < start + chunks; cell++) {
      if (floats[cell * FLOATS] > floats[best * FLOATS]) {
        best = cell;
      }
    }
    max = floats[best * FLOATS];
    double tail = 0;
    double weighted = 0;
    double runnerUp = floats[best * FLOATS + 1];
    for (int cell = start; cell < start + chunks; cell++) {
      int f = cell * FLOATS;
      if (floats[f] == Float.NEGATIVE_INFINITY) {
        continue;
      }
      double shift = floats[f] - max;
      double factor = cell == best ? 1 : StrictMath.exp(shift);
      double own = cell == best ? 0 : 1; // the chunk's own arg-max
      tail += factor * (own + floats[f + 2]);
      weighted += factor * (shift * (own + floats[f + 2]) + floats[f + 3]);
      if (cell != best) {
        runnerUp = Math.max(runnerUp, floats[f]);
      }
    }
    double total = 1 + tail;
    if (!(total < Double.POSITIVE_INFINITY)) { // also NaN
      throw notFinite();
    }
    top = 1 / total;
    second = runnerUp == Double.NEGATIVE_INFINITY ? 0 : StrictMath.exp(runnerUp - max) / total;
    entropy = Math.max(0, StrictMath.log1p(tail) - weighted / total);
    token = ints[best * INTS];
    confidence = top;
    if (drawn) {
      int winner = start;
      while (floats[winner * FLOATS] == Float.NEGATIVE_INFINITY) {
        winner++;
      }
      for (int cell = winner + 1; cell < start + chunks; cell++) {
        if (floats[cell * FLOATS] != Float.NEGATIVE_INFINITY
            && noisy[2 * cell] > noisy[2 * winner]) {
          winner = cell;
        }
      }
      token = ints[winner * INTS + 1];
      confidence = StrictMath.exp(noisy[2 * winner + 1] - max) / total;
    }
  }

  /** Returns the proposed token of the merged row. */
  public int token() {
    return token;
  }

  /** Returns the probability of the proposed token. */
  public double confidence() {
    return confidence;
  }

  /** Returns the probability of a token of the merged row, from its logit. */
  public double probability(double logit) {
    return top * StrictMath.exp(logit - max);
  }

  /** Returns the highest probability. */
  public double top() {
    return top;
  }

  /** Returns the second highest probability. */
  public double second() {
    return second;
  }

  /** Returns the entropy in nats. */
  public double entropy() {
    return entropy;
  }

  /**
   * Returns the noise g = -ln(-ln u) of a token.
   *
   * @param key noise key of the row
   * @param token token id
   */
  public static double gumbel(long key, int token) {
    return -StrictMath.log(-StrictMath.log(uniform(key, token)));
  }

  /**
   * Returns u in (0, 1): the upper 52 bits of the SplitMix64 output function at {@code key + (token
   * + 1) * 0x9E3779B97F4A7C15}, plus one half, divided by 2^52.
   */
  public static double uniform(long key, int token) {
    return ((hash(key, token) >>> 12) + 0.5) * 0x1p-52;
  }

  private static long hash(long key, int token) {
    long z = key + (token + 1L) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
