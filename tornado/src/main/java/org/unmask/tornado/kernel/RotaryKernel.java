package org.unmask.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Rotary embedding of queries and keys, and where keys and values go. */
public final class RotaryKernel {

  private RotaryKernel() {}

  /**
   * Element i of [queries | keys | values]: queries are rotated and scaled to q, keys rotated to
   * the pool, values copied there.
   *
   * @param bias added first
   * @param qNorm weight of the queries' RMSNorm; read if eps is above 0
   * @param kNorm weight of the keys'
   * @param angles cosines of all positions, then sines; (positions, pairs) each
   * @param pool keys and values of all caches
   * @param sines where in angles they begin
   * @param eps of the RMSNorm of queries and keys, 0 for none
   * @param pairs rotated pairs of a head; "half" would be a type of OpenCL
   */
  public static void rotateHeads(
      KernelContext context,
      IntArray tables,
      FloatArray qkv,
      FloatArray bias,
      FloatArray qNorm,
      FloatArray kNorm,
      FloatArray angles,
      FloatArray pool,
      FloatArray q,
      int layer,
      int heads,
      int kvHeads,
      int headDim,
      int pairs,
      float eps,
      int sines,
      int size) {
    int i = context.globalIdx;
    if (i < size) {
      int all = (heads + 2 * kvHeads) * headDim;
      int row = i / all;
      int owner = tables.get(tables.get(Tables.OWNERS) + row);
      if (owner >= 0) {
        int column = i - row * all;
        int head = column / headDim;
        int e = column - head * headDim;
        int first = row * all + head * headDim;
        int biasAt = head * headDim;
        boolean isQuery = head < heads;
        boolean isValue = head >= heads + kvHeads;
        float own = qkv.get(first + e) + bias.get(biasAt + e);
        if (!isValue) {
          int other = e < pairs ? e + pairs : e - pairs;
          boolean isRotated = e < 2 * pairs;
          if (!isRotated) {
            other = e;
          }
          float partner = qkv.get(first + other) + bias.get(biasAt + other);
          if (eps > 0f) {
            float scale = inverseRms(qkv, first, bias, biasAt, headDim, eps);
            own *= scale * (isQuery ? qNorm.get(e) : kNorm.get(e));
            partner *= scale * (isQuery ? qNorm.get(other) : kNorm.get(other));
          }
          if (isRotated) {
            int position = tables.get(tables.get(Tables.POSITIONS) + row);
            int angle = position * pairs + (e < pairs ? e : other);
            float cosine = angles.get(angle);
            float sine = angles.get(sines + angle);
            own = e < pairs ? own * cosine - partner * sine : own * cosine + partner * sine;
          }
        }
        if (isQuery) {
          q.set(row * heads * headDim + column, own / TornadoMath.sqrt((float) headDim));
        } else {
          int entry = tables.get(Tables.CACHES) + 8 * owner;
          int base = tables.get(entry + (isValue ? 2 : 0)) + layer * tables.get(entry + 4);
          int slot = tables.get(tables.get(Tables.SLOTS) + row);
          int kvHead = head - heads - (isValue ? kvHeads : 0);
          pool.set(base + (slot * kvHeads + kvHead) * headDim + e, own);
        }
      }
    }
  }

  private static float inverseRms(
      FloatArray qkv, int first, FloatArray bias, int biasAt, int headDim, float eps) {
    float sum = 0f;
    for (int d = 0; d < headDim; d++) {
      float value = qkv.get(first + d) + bias.get(biasAt + d);
      sum += value * value;
    }
    return 1f / TornadoMath.sqrt(sum / headDim + eps);
  }
}
