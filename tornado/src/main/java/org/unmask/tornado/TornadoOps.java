package org.unmask.tornado;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmask.gpu.Buffer;
import org.unmask.gpu.CacheMemory;
import org.unmask.gpu.LayerWeights;
import org.unmask.gpu.Ops;
import org.unmask.gpu.Step;
import org.unmask.model.device.DeviceException;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.tornado.kernel.AttentionKernel;
import org.unmask.weights.safetensors.Tensor;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The operations as tasks of TornadoVM. The operations of a step of a new shape are recorded as
 * task graphs, which are then run for all steps of that shape.
 */
final class TornadoOps implements Ops {

  private static final int CHUNK = 1 << 20;

  private final TransformerConfig c;
  private final Resident resident;
  private final SlotPool pool;
  private final StepPlans plans;
  private final Results results;
  private final Products products;
  private final StepTasks tasks;
  private final Arena arena = Arena.ofShared();
  private MemorySegment tables = MemorySegment.NULL;
  private @Nullable SlotCopy copy;
  private boolean isClosed;

  TornadoOps(TransformerConfig config, Platform platform, int slots) {
    c = config;
    resident = new Resident(platform);
    results = new Results(config);
    pool = new SlotPool(config, slots);
    products = platform.isCuda() ? Products.CUBLAS : Products.KERNEL;
    FloatArray zeros = new FloatArray((c.numHeads() + 2 * c.numKvHeads()) * c.headDim());
    tasks = new StepTasks(config, pool.array(), zeros);
    resident.add(pool.array());
    resident.add(zeros);
    plans = new StepPlans(config, resident);
  }

  @Override
  public Buffer allocate(Buffer.Kind kind, long elements, String what) {
    if (elements > Integer.MAX_VALUE - 64) {
      throw new DeviceException(
          "%s need an array of %,d floats, and TornadoVM's arrays end at %,d; use --device cpu"
              .formatted(what, elements, Integer.MAX_VALUE - 64));
    }
    return new FloatMemory(kind, new FloatArray((int) elements));
  }

  @Override
  public void free(Buffer buffer) {
    if (buffer instanceof Slots slots) {
      pool.give(slots.first, slots.size);
    } else {
      plans.clear(); // the array belongs to plans, and goes with them
    }
  }

  @Override
  public void upload(Buffer to, long at, Tensor tensor) {
    copy(tensor.toFloats(), to, at);
  }

  @Override
  public void upload(Buffer to, float[] values) {
    copy(values, to, 0);
  }

  private void copy(float[] values, Buffer to, long at) {
    FloatArray array = keep(to);
    MemorySegment.copy(
        values, 0, array.getSegment(), ValueLayout.JAVA_FLOAT, 4 * at, values.length);
  }

  /** Weights stay on the device. */
  private FloatArray keep(Buffer weights) {
    FloatArray array = FloatMemory.of(weights);
    if (!resident.has(array)) {
      resident.add(array);
    }
    return array;
  }

  @Override
  public void fillRandom(Buffer to, long at, long elements, long seed, float bound) {
    MemorySegment segment = keep(to).getSegment().asSlice(4 * at, 4 * elements);
    IntStream.range(0, (int) Math.ceilDiv(elements, CHUNK))
        .parallel()
        .forEach(
            chunk -> {
              SplittableRandom random = new SplittableRandom(seed + chunk);
              long end = Math.min(elements, (chunk + 1L) * CHUNK);
              for (long i = (long) chunk * CHUNK; i < end; i++) {
                float value = ((random.nextInt() >> 8) * 0x1p-23f) * bound;
                segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
              }
            });
  }

  /** A stretch of the pool. */
  private record Slots(Kind kind, int first, int size) implements Buffer {}

  @Override
  public CacheMemory newCache(int slots, int layers) {
    int half = slots * c.numKvHeads() * c.headDim();
    long size = 2L * half * layers;
    int first = pool.take((int) Math.min(Integer.MAX_VALUE, size));
    Slots taken = new Slots(Buffer.Kind.STORE, first, (int) size);
    return new CacheMemory(taken, first, first + half, 2L * half);
  }

  @Override
  public void copySlot(CacheMemory cache, int layers, int from, int to) {
    if (copy == null) {
      copy = new SlotCopy(resident, pool.array(), c.numKvHeads() * c.headDim(), layers);
    }
    copy.run(cache, from, to);
  }

  @Override
  public int tileRows(int rows, int keys) {
    return AttentionKernel.ROWS;
  }

  @Override
  public MemorySegment tables(long bytes) {
    if (tables.byteSize() < bytes) {
      tables = arena.allocate(2 * bytes, 16);
    }
    return tables;
  }

  @Override
  public void run(Step step, boolean isRepeatable, Runnable body) {
    plans.run(step, body);
  }

  @Override
  public double lastMillis() {
    return plans.lastMillis();
  }

  @Override
  public void embed(Step step, Buffer table, Buffer x) {
    tasks.embed(recording(), step.shape().rows(), array(table), array(x));
  }

  @Override
  public void norm(Buffer x, Buffer weight, Buffer out, int rows) {
    recording().cut(array(x));
    tasks.norm(recording(), rows, array(x), array(weight), array(out));
  }

  @Override
  public void project(LayerWeights layer, Buffer normed, Buffer qkv, int rows) {
    int width = (c.numHeads() + 2 * c.numKvHeads()) * c.headDim();
    product(layer.qkv(), normed, qkv, rows, width, c.hiddenSize(), false);
  }

  @Override
  public void rotate(Step step, LayerWeights layer, int index, Buffer qkv, Buffer q) {
    tasks.rotate(recording(), step.shape().rows(), layer, index, array(qkv), array(q));
  }

  @Override
  public void attend(Step step, int index, Buffer q, Buffer heads) {
    tasks.attend(recording(), step.shape().tiles(), index, array(q), array(heads));
  }

  @Override
  public void addAttention(Step step, int index, Buffer q) {
    Recording.Means means = Objects.requireNonNull(recording().means());
    tasks.addAttention(recording(), step, means, index, array(q));
  }

  @Override
  public void gather(Step step, Buffer x, Buffer heads, Buffer keptX, Buffer keptHeads) {
    int rows = step.shape().predicted();
    tasks.gather(recording(), rows, array(x), array(keptX), c.hiddenSize());
    int width = c.numHeads() * c.headDim();
    tasks.gather(recording(), rows, array(heads), array(keptHeads), width);
  }

  @Override
  public void product(
      Buffer weight, Buffer in, Buffer out, int rows, int outputs, int inputs, boolean accumulate) {
    Products.Size size = new Products.Size(rows, outputs, inputs);
    products.add(recording(), array(weight), array(in), array(out), size, accumulate);
  }

  @Override
  public void swiGlu(Buffer gateUp, Buffer inner, int rows) {
    tasks.swiGlu(recording(), rows, array(gateUp), array(inner));
  }

  @Override
  public void statistics(Step step, Buffer logits) {
    if (step.isPlain()) {
      tasks.statistics(recording(), step, array(logits));
    } else {
      recording().predict(array(logits), null);
    }
  }

  @Override
  public void finish(Step step, Buffer logits) {
    results.read(step, plans.current());
  }

  private Recording recording() {
    return plans.recording();
  }

  private static FloatArray array(Buffer buffer) {
    return FloatMemory.of(buffer);
  }

  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    plans.clear();
    if (copy != null) {
      copy.close();
    }
    resident.close();
    arena.close();
  }
}
