package org.unmask.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Operations on rows of the residual stream and of activations. */
public final class RowKernels {

  /** Work-items of a group of {@link #normRows}. */
  public static final int NORM_GROUP = 256;

  private RowKernels() {}

  /** Element i of x is that of its row's embedding. */
  public static void embed(
      KernelContext context, IntArray tables, FloatArray table, FloatArray x, int width, int size) {
    int i = context.globalIdx;
    if (i < size) {
      int row = i / width;
      int id = tables.get(tables.get(Tables.IDS) + row);
      x.set(i, table.get(id * width + i - row * width));
    }
  }

  /** A group per row: out = x / sqrt(mean of squares + eps) * weight. */
  public static void normRows(
      KernelContext context,
      FloatArray x,
      FloatArray weight,
      FloatArray out,
      int width,
      float eps) {
    float[] sums = context.allocateFloatLocalArray(NORM_GROUP);
    int lane = context.localIdx;
    int from = context.groupIdx * width;
    float sum = 0f;
    for (int i = lane; i < width; i += NORM_GROUP) {
      float value = x.get(from + i);
      sum += value * value;
    }
    sums[lane] = sum;
    for (int half = NORM_GROUP / 2; half > 0; half = half / 2) {
      context.localBarrier();
      if (lane < half) {
        sums[lane] += sums[lane + half];
      }
    }
    context.localBarrier();
    float scale = 1f / TornadoMath.sqrt(sums[0] / width + eps);
    for (int i = lane; i < width; i += NORM_GROUP) {
      out.set(from + i, x.get(from + i) * scale * weight.get(i));
    }
  }

  /** Element i of to is that of the row a prediction is read from. */
  public static void gather(
      KernelContext context, IntArray tables, FloatArray from, FloatArray to, int width, int size) {
    int i = context.globalIdx;
    if (i < size) {
      int row = i / width;
      int source = tables.get(tables.get(Tables.SOURCES) + row);
      to.set(i, from.get(source * width + i - row * width));
    }
  }

  /** inner = gate / (1 + e^-gate) * up; gate and up of a row lie side by side. */
  public static void swiGlu(
      KernelContext context, FloatArray gateUp, FloatArray inner, int width, int size) {
    int i = context.globalIdx;
    if (i < size) {
      int at = i / width * width + i; // 2 * row * width + column
      float gate = gateUp.get(at);
      inner.set(i, gate / (1f + TornadoMath.exp(-gate)) * gateUp.get(at + width));
    }
  }

  /**
   * Copies a slot of a cache over another, in all layers.
   *
   * @param slots words: first key, first value, distance of layers, from, to
   */
  public static void copySlot(
      KernelContext context, IntArray slots, FloatArray pool, int width, int size) {
    int i = context.globalIdx;
    if (i < size) {
      int layer = i / width;
      int from = layer * slots.get(2) + slots.get(3) * width + i - layer * width;
      int to = layer * slots.get(2) + slots.get(4) * width + i - layer * width;
      pool.set(slots.get(0) + to, pool.get(slots.get(0) + from));
      pool.set(slots.get(1) + to, pool.get(slots.get(1) + from));
    }
  }

  /** Reads memory that is to stay on the device, so that it is put there; never by any item. */
  public static void keep(
      KernelContext context,
      FloatArray a,
      FloatArray b,
      FloatArray c,
      FloatArray d,
      FloatArray none) {
    if (context.globalIdx < 0) {
      none.set(0, a.get(0) + b.get(0) + c.get(0) + d.get(0));
    }
  }
}
