package org.unmask.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Reduces logits to statistics of chunks of the vocabulary. */
public final class HeadKernel {

  /** Logits of a chunk. */
  public static final int CHUNK = 1024;

  /** Work-items of a group. */
  public static final int GROUP = 64;

  /** Stands for minus infinity, which not every compiler can spell. */
  public static final float LOWEST = -3.4e38f;

  private HeadKernel() {}

  /** Takes suppressed tokens out. */
  public static void suppress(
      KernelContext context, IntArray tables, FloatArray logits, int vocabulary, int size) {
    int i = context.globalIdx;
    if (i < size) {
      int pair = tables.get(Tables.SUPPRESSED) + 2 * i;
      int row = tables.get(pair);
      if (row >= 0) {
        logits.set(row * vocabulary + tables.get(pair + 1), LOWEST);
      }
    }
  }

  /**
   * A chunk of a row a group: the largest logit, the second, and over all but the largest the sums
   * of e^(l - max) and e^(l - max) (l - max).
   *
   * @param cells four floats a chunk
   * @param tokens the largest logit's token, the lowest on ties
   */
  public static void chunk(
      KernelContext context,
      FloatArray logits,
      FloatArray cells,
      IntArray tokens,
      int vocabulary,
      int chunks) {
    float[] values = context.allocateFloatLocalArray(GROUP);
    float[] others = context.allocateFloatLocalArray(GROUP);
    int[] args = context.allocateIntLocalArray(GROUP);
    int lane = context.localIdx;
    int row = context.groupIdx / chunks;
    int first = (context.groupIdx - row * chunks) * CHUNK;
    int end = first + CHUNK < vocabulary ? first + CHUNK : vocabulary;
    int base = row * vocabulary;
    float best = LOWEST;
    float second = LOWEST;
    int arg = first;
    for (int v = first + lane; v < end; v += GROUP) {
      float l = logits.get(base + v);
      if (l > best) {
        second = best;
        best = l;
        arg = v;
      } else if (l > second) {
        second = l;
      }
    }
    values[lane] = best;
    others[lane] = second;
    args[lane] = arg;
    for (int half = GROUP / 2; half > 0; half = half / 2) {
      context.localBarrier();
      if (lane < half) {
        float other = values[lane + half];
        float lower = TornadoMath.min(values[lane], other);
        others[lane] = TornadoMath.max(lower, TornadoMath.max(others[lane], others[lane + half]));
        if (other > values[lane] || (other == values[lane] && args[lane + half] < args[lane])) {
          values[lane] = other;
          args[lane] = args[lane + half];
        }
      }
    }
    context.localBarrier();
    best = values[0];
    second = others[0];
    arg = args[0];
    float sum = 0f;
    float weighted = 0f;
    for (int v = first + lane; v < end; v += GROUP) {
      if (v != arg) {
        float distance = logits.get(base + v) - best;
        float e = TornadoMath.exp(distance);
        sum += e;
        weighted += e > 0f ? e * distance : 0f;
      }
    }
    context.localBarrier();
    values[lane] = sum;
    others[lane] = weighted;
    for (int half = GROUP / 2; half > 0; half = half / 2) {
      context.localBarrier();
      if (lane < half) {
        values[lane] += values[lane + half];
        others[lane] += others[lane + half];
      }
    }
    if (lane == 0) {
      int cell = context.groupIdx;
      cells.set(4 * cell, best);
      cells.set(4 * cell + 1, second);
      cells.set(4 * cell + 2, values[0]);
      cells.set(4 * cell + 3, others[0]);
      tokens.set(cell, arg);
    }
  }
}
