package org.unmask.gpu.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.unmask.gpu.Buffer;
import org.unmask.gpu.CacheMemory;
import org.unmask.gpu.LayerWeights;
import org.unmask.gpu.Ops;
import org.unmask.gpu.Step;
import org.unmask.gpu.Step.Table;
import org.unmask.model.device.Precision;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.weights.safetensors.Dtype;
import org.unmask.weights.safetensors.Tensor;

/** The operations as CUDA kernels and cuBLAS products, queued on one stream. */
final class CudaOps implements Ops {

  private static final int BLOCK = 256;
  private static final int EXACT_ROWS = 8;
  private static final int EXACT_BLOCK = 128;

  private final TransformerConfig c;
  private final Precision precision;
  private final Driver driver;
  private final Blas blas;
  private final Kernels kernels;
  private final DeviceMemory memory;
  private final Graphs graphs;
  private final Rotary rotary;
  private final Statistics statistics;
  private final Arena arena = Arena.ofShared();
  private final Arguments arguments = new Arguments(arena);
  private final int stages;
  private final MemorySegment began;
  private final MemorySegment ended;
  private long tables;
  private long masks;
  private long means;
  private boolean isClosed;

  CudaOps(
      TransformerConfig config,
      Precision precision,
      Driver driver,
      KernelCompiler compiler,
      Blas blas) {
    c = config;
    this.precision = precision;
    this.driver = driver;
    this.blas = blas;
    kernels = Kernels.load(driver, compiler, config, precision);
    graphs = new Graphs(driver);
    memory = new DeviceMemory(driver, precision, graphs::clear);
    rotary = new Rotary(config, memory);
    statistics = new Statistics(config, precision, driver, memory, this::launch, arguments);
    stages = Kernels.stages(config, driver.facts());
    began = driver.newEvent();
    ended = driver.newEvent();
  }

  @Override
  public Buffer allocate(Buffer.Kind kind, long elements, String what) {
    return memory.allocate(kind, elements, what, true);
  }

  @Override
  public void free(Buffer buffer) {
    memory.free((Memory) buffer);
  }

  @Override
  public void upload(Buffer to, long at, Tensor tensor) {
    Memory target = (Memory) to;
    if (tensor.dtype() != Dtype.F32 && to.kind() == Buffer.Kind.FLOAT) {
      float[] values = tensor.toFloats(); // norms and biases: short
      memory.upload(target, at * Float.BYTES, MemorySegment.ofArray(values));
      return;
    }
    int size = tensor.dtype() == Dtype.F32 ? 4 : 2;
    int type =
        switch (tensor.dtype()) {
          case F32 -> 0;
          case BF16 -> 1;
          case F16 -> 2;
          default ->
              throw new IllegalArgumentException(
                  "tensor '" + tensor.name() + "' has dtype " + tensor.dtype());
        };
    if (to.kind() == Buffer.Kind.FLOAT) {
      memory.upload(target, at * size, tensor.data());
      return;
    }
    int width = memory.size(to.kind());
    memory.inPieces(
        tensor.data(),
        (piece, from, bytes) -> {
          long n = bytes / size;
          long address = target.address() + (at + from / size) * width;
          launch(
              "convert",
              (int) Math.min(1 << 14, Math.ceilDiv(n, BLOCK)),
              1,
              BLOCK,
              0,
              arguments.begin().add(piece).add(type).add(n).add(address));
        });
  }

  @Override
  public void upload(Buffer to, float[] values) {
    memory.upload((Memory) to, 0, MemorySegment.ofArray(values));
  }

  @Override
  public void fillRandom(Buffer to, long at, long elements, long seed, float bound) {
    long address = ((Memory) to).address() + at * memory.size(to.kind());
    Arguments given = arguments.begin().add(seed).add(bound).add(elements).add(address);
    launch(
        "fill_random", (int) Math.min(1 << 14, Math.ceilDiv(elements, BLOCK)), 1, BLOCK, 0, given);
  }

  @Override
  public CacheMemory newCache(int slots, int layers) {
    long width = (long) c.numKvHeads() * c.headDim();
    long layer = 2 * slots * width;
    Memory made = memory.allocate(Buffer.Kind.STORE, layers * layer, "keys and values", false);
    long first = made.address() / memory.size(Buffer.Kind.STORE);
    return new CacheMemory(made, first, first + slots * width, layer);
  }

  @Override
  public void copySlot(CacheMemory cache, int layers, int from, int to) {
    driver.makeCurrent();
    Arguments given =
        arguments
            .begin()
            .add(cache.keys())
            .add(cache.values())
            .add(cache.layer())
            .add(from)
            .add(to);
    launch("copy_slot", layers, 1, 128, 0, given);
  }

  @Override
  public int tileRows(int rows, int keys) {
    if (Kernels.isHalf(precision)) {
      return Math.ceilDiv(rows, 64) * c.numHeads() >= 96 ? 64 : 32;
    }
    long most = (driver.facts().sharedMemoryPerBlock() - 1024) / (4L * room(keys));
    if (most < 1) {
      throw new IllegalArgumentException(
          "%d visible keys are more than float32 attention on this GPU can hold; use --precision bf16"
              .formatted(keys));
    }
    return (int) Math.min(EXACT_ROWS, most);
  }

  /** Rounds as shapes do. */
  private static int room(int keys) {
    return keys <= 1 ? keys : Integer.highestOneBit(keys - 1) << 1;
  }

  @Override
  public MemorySegment tables(long bytes) {
    return memory.tables(bytes);
  }

  @Override
  public void run(Step step, boolean isRepeatable, Runnable body) {
    driver.makeCurrent();
    rotary.ensure(step.highestPosition() + 1);
    statistics.ensure(step);
    driver.record(began);
    tables = memory.copyTables(step.host().byteSize());
    if (step.maskCount() > 0) {
      masks = memory.masks(step.maskWords(), step.maskCount());
    }
    if (step.meansWidth() > 0) {
      means = memory.means(2L * step.shape().rows() * step.meansWidth());
    }
    if (isRepeatable) {
      graphs.run(step, body);
    } else {
      body.run();
    }
    driver.record(ended);
  }

  @Override
  public double lastMillis() {
    return driver.elapsed(began, ended);
  }

  private long table(Step step, Table table) {
    return tables + step.offset(table);
  }

  @Override
  public void embed(Step step, Buffer embedding, Buffer x) {
    Arguments given = arguments.begin().add(embedding).add(table(step, Table.IDS)).add(x);
    launch("embed", step.shape().rows(), 1, BLOCK, 0, given);
  }

  @Override
  public void norm(Buffer x, Buffer weight, Buffer out, int rows) {
    launch("rms_norm", rows, 1, BLOCK, 0, arguments.begin().add(x).add(weight).add(out));
  }

  @Override
  public void project(LayerWeights layer, Buffer normed, Buffer qkv, int rows) {
    int width = (c.numHeads() + 2 * c.numKvHeads()) * c.headDim();
    Buffer bias = precision == Precision.EXACT ? layer.bias() : null;
    product(layer.qkv(), normed, qkv, bias, rows, width, c.hiddenSize(), false);
  }

  @Override
  public void rotate(Step step, LayerWeights layer, int index, Buffer qkv, Buffer q) {
    Buffer bias = precision == Precision.EXACT ? null : layer.bias();
    int heads = c.numHeads() + 2 * c.numKvHeads();
    int perBlock = c.hasQkNorm() ? 1 : BLOCK / 64;
    Arguments given =
        arguments
            .begin()
            .add(qkv)
            .add(bias)
            .add(layer.qNorm())
            .add(layer.kNorm())
            .add(rotary.cosines())
            .add(rotary.sines())
            .add(table(step, Table.POSITIONS))
            .add(table(step, Table.OWNERS))
            .add(table(step, Table.SLOTS))
            .add(table(step, Table.CACHES))
            .add(index)
            .add(q);
    launch("rotate", step.shape().rows(), Math.ceilDiv(heads, perBlock), 64 * perBlock, 0, given);
  }

  @Override
  public void attend(Step step, int index, Buffer q, Buffer heads) {
    Step.Shape shape = step.shape();
    Arguments given =
        arguments
            .begin()
            .add(q)
            .add(table(step, Table.TILES))
            .add(table(step, Table.VISIBLE))
            .add(table(step, Table.MASKS))
            .add(masks)
            .add(table(step, Table.CACHES))
            .add(index);
    if (Kernels.isHalf(precision)) {
      int shared = Kernels.attentionBytes(c, shape.tileRows(), stages);
      String kernel = "attend" + shape.tileRows();
      launch(kernel, shape.tiles(), c.numHeads(), BLOCK, shared, given.add(heads));
    } else {
      int shared = 4 * shape.tileRows() * shape.keys();
      given.add(shape.keys()).add(heads);
      launch("attend_rows", shape.tiles(), c.numHeads(), EXACT_BLOCK, shared, given);
    }
  }

  @Override
  public void addAttention(Step step, int index, Buffer q) {
    long scores = means + 4L * step.shape().rows() * step.meansWidth();
    Arguments given =
        arguments
            .begin()
            .add(q)
            .add(table(step, Table.OWNERS))
            .add(table(step, Table.VISIBLE))
            .add(table(step, Table.MASKS))
            .add(masks)
            .add(table(step, Table.CACHES))
            .add(index)
            .add(c.numLayers())
            .add(table(step, Table.MEANS))
            .add(step.meansWidth())
            .add(scores)
            .add(means);
    launch("attention_means", step.shape().rows(), 1, BLOCK, 0, given);
  }

  @Override
  public void gather(Step step, Buffer x, Buffer heads, Buffer keptX, Buffer keptHeads) {
    Arguments given =
        arguments
            .begin()
            .add(table(step, Table.SOURCES))
            .add(x)
            .add(heads)
            .add(keptX)
            .add(keptHeads);
    launch("gather", step.shape().predicted(), 1, BLOCK, 0, given);
  }

  @Override
  public void product(
      Buffer weight, Buffer in, Buffer out, int rows, int outputs, int inputs, boolean accumulate) {
    product(weight, in, out, null, rows, outputs, inputs, accumulate);
  }

  private void product(
      Buffer weight,
      Buffer in,
      Buffer out,
      @Nullable Buffer bias,
      int rows,
      int outputs,
      int inputs,
      boolean accumulate) {
    if (precision == Precision.EXACT) {
      int tile = rows <= 32 ? 32 : 64;
      Arguments given =
          arguments
              .begin()
              .add(in)
              .add(weight)
              .add(bias)
              .add(out)
              .add(rows)
              .add(outputs)
              .add(inputs)
              .add(accumulate ? 1 : 0);
      launch("product_" + tile, Math.ceilDiv(outputs, 64), Math.ceilDiv(rows, tile), 128, 0, given);
      return;
    }
    Memory to = (Memory) out;
    blas.product(
        ((Memory) in).address(),
        ((Memory) weight).address(),
        to.address(),
        rows,
        outputs,
        inputs,
        type(Buffer.Kind.STORE),
        type(to.kind()),
        accumulate);
  }

  private Blas.Type type(Buffer.Kind kind) {
    return kind == Buffer.Kind.FLOAT
        ? Blas.Type.FLOAT
        : switch (precision) {
          case BF16 -> Blas.Type.BF16;
          case F16 -> Blas.Type.F16;
          case F32, EXACT -> Blas.Type.FLOAT;
        };
  }

  @Override
  public void swiGlu(Buffer gateUp, Buffer inner, int rows) {
    long quads = (long) rows * Math.ceilDiv(c.intermediateSize(), 4);
    Arguments given = arguments.begin().add(gateUp).add(inner).add(rows);
    launch("swiglu", (int) Math.ceilDiv(quads, BLOCK), 1, BLOCK, 0, given);
  }

  @Override
  public void statistics(Step step, Buffer logits) {
    statistics.queue(step, logits, tables);
  }

  @Override
  public void finish(Step step, Buffer logits) {
    statistics.finish(step, logits, tables);
    if (step.meansWidth() > 0) {
      memory.downloadMeans(step);
    }
  }

  private void launch(String kernel, int gridX, int gridY, int block, int shared, Arguments given) {
    // limits are set once, so the most that any launch may need
    int limit = shared > 0 ? driver.facts().sharedMemoryPerBlock() - 1024 : 0;
    MemorySegment function = kernels.get(kernel, limit);
    driver.launch(function, gridX, gridY, block, shared, given.addresses());
  }

  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    driver.makeCurrent();
    graphs.clear();
    driver.synchronize();
    statistics.close();
    memory.close();
    blas.close();
    driver.close();
    arena.close();
  }
}
