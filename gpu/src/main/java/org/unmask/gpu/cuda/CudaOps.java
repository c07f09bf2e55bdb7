package org.unmask.gpu.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.unmask.gpu.Buffer;
import org.unmask.gpu.CacheMemory;
import org.unmask.gpu.LayerWeights;
import org.unmask.gpu.Ops;
import org.unmask.gpu.Step;
import org.unmask.gpu.Table;
import org.unmask.model.device.Precision;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.weights.safetensors.Tensor;

/** The operations as CUDA kernels and cuBLAS products, queued on one stream. */
final class CudaOps implements Ops {

  private static final int BLOCK = 256;
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
  private final CudaProducts products;
  private final WeightCopy weights;
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
    products = new CudaProducts(precision, blas, this::launch, arguments);
    weights = new WeightCopy(memory, this::launch, arguments);
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
    weights.upload((Memory) to, at, tensor);
  }

  @Override
  public void upload(Buffer to, float[] values) {
    memory.upload((Memory) to, 0, MemorySegment.ofArray(values));
  }

  @Override
  public void fillRandom(Buffer to, long at, long elements, long seed, float bound) {
    weights.draw((Memory) to, at, elements, seed, bound);
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
    return Kernels.tileRows(c, precision, driver.facts(), rows, keys);
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
    products.queue(layer.qkv(), normed, qkv, bias, rows, width, c.hiddenSize(), false);
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
    products.queue(weight, in, out, null, rows, outputs, inputs, accumulate);
  }

  @Override
  public void swiGlu(Buffer gateUp, Buffer inner, int rows) {
    long quads = (long) rows * Math.ceilDiv(c.intermediateSize(), 4);
    Arguments given = arguments.begin().add(gateUp).add(inner).add(rows);
    launch("swiglu", (int) Math.ceilDiv(quads, BLOCK), 1, BLOCK, 0, given);
  }

  @Override
  public void statistics(Step step, Buffer logits) {
    if (step.isPlain()) {
      statistics.queue(step, logits, tables);
    }
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
