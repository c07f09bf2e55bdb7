package org.unmask.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Attention of one head of up to 16 rows of a query a group: 16 work-items a row, keys and then
 * values 32 at a time through local memory, a running maximum and sum.
 */
public final class AttentionKernel {

  /** Most rows of a tile. */
  public static final int ROWS = 16;

  /** Work-items of a group. */
  public static final int GROUP = 256;

  /** Largest head. */
  public static final int MOST_HEAD_DIM = 128;

  private static final int LANES = 16;
  private static final int KEYS = 32;
  private static final int PITCH = MOST_HEAD_DIM + 1;
  private static final int WEIGHTS_PITCH = KEYS + 1;
  private static final float LOWEST = -1e30f;

  private AttentionKernel() {}

  /** heads = softmax(q keys) values, for the keys that a row sees. */
  public static void attend(
      KernelContext context,
      IntArray tables,
      IntArray masks,
      FloatArray q,
      FloatArray pool,
      FloatArray out,
      int layer,
      int heads,
      int kvHeads,
      int headDim) {
    float[] queries = context.allocateFloatLocalArray(ROWS * PITCH);
    float[] tile = context.allocateFloatLocalArray(KEYS * PITCH);
    float[] weights = context.allocateFloatLocalArray(ROWS * WEIGHTS_PITCH);
    float[] shared = context.allocateFloatLocalArray(GROUP);
    int item = context.localIdx;
    int head = context.groupIdx % heads;
    int entry = tables.get(Tables.TILES) + context.groupIdx / heads * 4;
    int first = tables.get(entry);
    int rows = tables.get(entry + 1);
    int keys = rows > 0 ? tables.get(entry + 2) : 0;
    int cache = tables.get(Tables.CACHES) + 8 * (rows > 0 ? tables.get(entry + 3) : 0);
    int inLayer = layer * tables.get(cache + 4) + head / (heads / kvHeads) * headDim;
    int keysAt = tables.get(cache) + inLayer;
    int valuesAt = tables.get(cache + 2) + inLayer;
    int width = heads * headDim;
    int r = item / LANES;
    int lane = item % LANES;
    int row = first + r;
    boolean isThere = r < rows;
    int visible = isThere ? tables.get(tables.get(Tables.VISIBLE) + row) : 0;
    int mask = isThere ? tables.get(tables.get(Tables.MASKS) + row) : -1;
    for (int i = item; i < ROWS * headDim; i += GROUP) {
      int of = i / headDim;
      int d = i - of * headDim;
      queries[of * PITCH + d] = of < rows ? q.get((first + of) * width + head * headDim + d) : 0f;
    }
    float max = LOWEST;
    float sum = 0f;
    float o0 = 0f, o1 = 0f, o2 = 0f, o3 = 0f, o4 = 0f, o5 = 0f, o6 = 0f, o7 = 0f;
    for (int from = 0; from < keys; from += KEYS) {
      for (int i = item; i < KEYS * MOST_HEAD_DIM; i += GROUP) {
        int key = i / MOST_HEAD_DIM;
        int d = i - key * MOST_HEAD_DIM;
        float value = element(pool, keysAt, from + key, keys, kvHeads * headDim, d, headDim);
        tile[key * PITCH + d] = value; // here: passed to a method, a local array is misaddressed
      }
      context.localBarrier();
      float s0 = 0f;
      float s1 = 0f;
      for (int d = 0; d < headDim; d++) {
        float own = queries[r * PITCH + d];
        s0 += own * tile[lane * PITCH + d];
        s1 += own * tile[(lane + LANES) * PITCH + d];
      }
      boolean sees0 = sees(masks, mask, from + lane, visible);
      boolean sees1 = sees(masks, mask, from + lane + LANES, visible);
      s0 = sees0 ? s0 : LOWEST;
      s1 = sees1 ? s1 : LOWEST;
      shared[item] = TornadoMath.max(s0, s1);
      context.localBarrier();
      float higher = max;
      for (int i = 0; i < LANES; i++) {
        higher = TornadoMath.max(higher, shared[r * LANES + i]);
      }
      float shrink = TornadoMath.exp(max - higher);
      max = higher;
      float p0 = sees0 ? TornadoMath.exp(s0 - max) : 0f;
      float p1 = sees1 ? TornadoMath.exp(s1 - max) : 0f;
      weights[r * WEIGHTS_PITCH + lane] = p0;
      weights[r * WEIGHTS_PITCH + lane + LANES] = p1;
      sum = sum * shrink + p0 + p1;
      for (int i = item; i < KEYS * MOST_HEAD_DIM; i += GROUP) {
        int key = i / MOST_HEAD_DIM;
        int d = i - key * MOST_HEAD_DIM;
        float value = element(pool, valuesAt, from + key, keys, kvHeads * headDim, d, headDim);
        tile[key * PITCH + d] = value; // here: passed to a method, a local array is misaddressed
      }
      context.localBarrier();
      o0 *= shrink;
      o1 *= shrink;
      o2 *= shrink;
      o3 *= shrink;
      o4 *= shrink;
      o5 *= shrink;
      o6 *= shrink;
      o7 *= shrink;
      for (int k = 0; k < KEYS; k++) {
        float p = weights[r * WEIGHTS_PITCH + k];
        int at = k * PITCH + lane;
        o0 += p * tile[at];
        o1 += p * tile[at + LANES];
        o2 += p * tile[at + 2 * LANES];
        o3 += p * tile[at + 3 * LANES];
        o4 += p * tile[at + 4 * LANES];
        o5 += p * tile[at + 5 * LANES];
        o6 += p * tile[at + 6 * LANES];
        o7 += p * tile[at + 7 * LANES];
      }
      context.localBarrier();
    }
    shared[item] = sum;
    context.localBarrier();
    float total = 0f;
    for (int i = 0; i < LANES; i++) {
      total += shared[r * LANES + i];
    }
    if (isThere) {
      float inverse = 1f / total;
      int to = row * width + head * headDim;
      put(out, to, lane, headDim, o0 * inverse);
      put(out, to, lane + LANES, headDim, o1 * inverse);
      put(out, to, lane + 2 * LANES, headDim, o2 * inverse);
      put(out, to, lane + 3 * LANES, headDim, o3 * inverse);
      put(out, to, lane + 4 * LANES, headDim, o4 * inverse);
      put(out, to, lane + 5 * LANES, headDim, o5 * inverse);
      put(out, to, lane + 6 * LANES, headDim, o6 * inverse);
      put(out, to, lane + 7 * LANES, headDim, o7 * inverse);
    }
  }

  /** Returns an element of a key or value, zero beyond the last key and the head's end. */
  private static float element(
      FloatArray pool, int at, int key, int keys, int width, int d, int headDim) {
    return key < keys && d < headDim ? pool.get(at + key * width + d) : 0f;
  }

  private static boolean sees(IntArray masks, int mask, int key, int visible) {
    boolean sees = key < visible;
    if (sees && mask >= 0) {
      sees = ((masks.get(mask + key / 32) >>> (key % 32)) & 1) == 1;
    }
    return sees;
  }

  private static void put(FloatArray out, int to, int d, int headDim, float value) {
    if (d < headDim) {
      out.set(to + d, value);
    }
  }
}
