package org.unmask.gpu;

import java.lang.foreign.MemorySegment;
import org.unmask.weights.safetensors.Tensor;

/**
 * The operations of a transformer on a device: the seam between forward calls and backends.
 *
 * <p>Operations are queued in order and need not be done when they return; {@link #finish} waits.
 * Row counts may exceed the rows in use: such rows belong to no query, and what is computed for
 * them does not matter. Used by one thread at a time.
 */
public interface Ops extends AutoCloseable {

  /**
   * Reserves memory, all zero.
   *
   * @param what for the error message
   * @throws org.unmask.model.device.DeviceException if the device has not that much left
   */
  Buffer allocate(Buffer.Kind kind, long elements, String what);

  /** Frees memory at once. */
  void free(Buffer buffer);

  /** Converts and copies a stored tensor to a part of a buffer; done on return. */
  void upload(Buffer to, long at, Tensor tensor);

  /** Copies float32 values to the beginning of a buffer of them; done on return. */
  void upload(Buffer to, float[] values);

  /** Fills a part of a buffer with values uniform in [-bound, bound). */
  void fillRandom(Buffer to, long at, long elements, long seed, float bound);

  /** Reserves keys and values, all zero. */
  CacheMemory newCache(int slots, int layers);

  /** Copies one slot over another in so many layers. */
  void copySlot(CacheMemory cache, int layers, int from, int to);

  /** Returns how many rows of a query a tile of {@link #attend} takes. */
  int tileRows(int rows, int keys);

  /** Returns host memory for the tables of a step, at least so many bytes, valid until grown. */
  MemorySegment tables(long bytes);

  /**
   * Runs the operations of a step. A body of the same step shape may be recorded and replayed, so
   * it must depend on the shape, on the contents of device memory and on nothing else.
   *
   * @param step its tables are copied to the device first
   * @param isRepeatable whether the body may be recorded
   */
  void run(Step step, boolean isRepeatable, Runnable body);

  /** x = embedding of each row's id. */
  void embed(Step step, Buffer table, Buffer x);

  /** out = RMSNorm(x) * weight. */
  void norm(Buffer x, Buffer weight, Buffer out, int rows);

  /** qkv = W normed, and the bias if this is where the backend adds it. */
  void project(LayerWeights layer, Buffer normed, Buffer qkv, int rows);

  /** Rotates queries and keys; q gets the scaled queries, the caches keys and values. */
  void rotate(Step step, LayerWeights layer, int index, Buffer qkv, Buffer q);

  /** heads = attention of each row's queries to the visible keys of its cache. */
  void attend(Step step, int index, Buffer q, Buffer heads);

  /** Adds a layer's share of the attention weights that the step's queries want averaged. */
  void addAttention(Step step, int index, Buffer q);

  /** Keeps the predicted rows. */
  void gather(Step step, Buffer x, Buffer heads, Buffer keptX, Buffer keptHeads);

  /** out = W in, or out += W in. */
  void product(
      Buffer weight, Buffer in, Buffer out, int rows, int outputs, int inputs, boolean accumulate);

  /** inner = silu(gate) * up. */
  void swiGlu(Buffer gateUp, Buffer inner, int rows);

  /**
   * Reduces logits to statistics, which {@link #finish} brings to the host; those of a step that is
   * not {@linkplain Step#isPlain plain} are asked for, and must be kept as they are.
   */
  void statistics(Step step, Buffer logits);

  /** Waits for the step and fills the predictions of its queries. */
  void finish(Step step, Buffer logits);

  /** Returns the milliseconds that the device worked on the last step. */
  double lastMillis();

  /** Frees everything. */
  @Override
  void close();
}
