package org.unmask.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Averages of attention weights over heads and layers. */
public final class MeansKernel {

  private MeansKernel() {}

  /** Sets all averages to zero. */
  public static void clearMeans(KernelContext context, FloatArray means, int size) {
    int i = context.globalIdx;
    if (i < size) {
      means.set(i, 0f);
    }
  }

  /** A row and head each: e^(score - max) of the keys it sees, and in the end their sum. */
  public static void weigh(
      KernelContext context,
      IntArray tables,
      IntArray masks,
      FloatArray q,
      FloatArray pool,
      FloatArray scores,
      int layer,
      int heads,
      int kvHeads,
      int headDim,
      int width,
      int size) {
    int i = context.globalIdx;
    if (i < size) {
      int row = i / heads;
      int head = i - row * heads;
      int owner = tables.get(tables.get(Tables.OWNERS) + row);
      if (owner >= 0 && layer >= tables.get(tables.get(Tables.MEANS) + row)) {
        int cache = tables.get(Tables.CACHES) + 8 * owner;
        int keysAt =
            tables.get(cache) + layer * tables.get(cache + 4) + head / (heads / kvHeads) * headDim;
        int visible = tables.get(tables.get(Tables.VISIBLE) + row);
        int mask = tables.get(tables.get(Tables.MASKS) + row);
        int to = i * (width + 1);
        float max = -1e30f;
        for (int k = 0; k < visible; k++) {
          float score = 0f;
          for (int d = 0; d < headDim; d++) {
            score += q.get(i * headDim + d) * pool.get(keysAt + k * kvHeads * headDim + d);
          }
          if (mask >= 0 && ((masks.get(mask + k / 32) >>> (k % 32)) & 1) == 0) {
            score = -1e30f;
          }
          scores.set(to + k, score);
          max = TornadoMath.max(max, score);
        }
        float sum = 0f;
        for (int k = 0; k < visible; k++) {
          float weight = TornadoMath.exp(scores.get(to + k) - max);
          scores.set(to + k, weight);
          sum += weight;
        }
        scores.set(to + width, sum);
      }
    }
  }

  /** A row and key each: adds the mean over heads, divided by the layers that are averaged. */
  public static void addMeans(
      KernelContext context,
      IntArray tables,
      FloatArray scores,
      FloatArray means,
      int layer,
      int layers,
      int heads,
      int width,
      int size) {
    int i = context.globalIdx;
    if (i < size) {
      int row = i / width;
      int key = i - row * width;
      int first = tables.get(tables.get(Tables.MEANS) + row);
      int owner = tables.get(tables.get(Tables.OWNERS) + row);
      if (owner >= 0 && layer >= first && key < tables.get(tables.get(Tables.VISIBLE) + row)) {
        float sum = 0f;
        for (int h = 0; h < heads; h++) {
          int from = (row * heads + h) * (width + 1);
          sum += scores.get(from + key) / scores.get(from + width);
        }
        means.set(i, means.get(i) + sum / (heads * (layers - first)));
      }
    }
  }
}
