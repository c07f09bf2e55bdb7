package org.unmask.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.unmask.model.Query;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.runtime.kernel.RowKernel;
import org.unmask.runtime.kernel.ScalarMath;
import org.unmask.runtime.kernel.ScalarRowKernel;
import org.unmask.runtime.nn.HeadStatistics;
import org.unmask.runtime.nn.RotaryTable;
import org.unmask.weights.safetensors.Tensor;

/**
 * The operations as plain loops over arrays: the twin that the kernels of a device are written
 * after, reading the same tables.
 */
final class HostOps implements Ops {

  record Array(Kind kind, long address, float[] data) implements Buffer {}

  private final TransformerConfig c;
  private final int tileRows;
  private final RowKernel row = new ScalarRowKernel();
  private final TreeMap<Long, Array> memory = new TreeMap<>();
  private final RotaryTable rotary;
  private long next = 1000;
  private MemorySegment tables = MemorySegment.NULL;
  private Step step;
  private float[] means = {};

  final List<Step.Shape> shapes = new ArrayList<>();

  HostOps(TransformerConfig config, int tileRows) {
    c = config;
    this.tileRows = tileRows;
    rotary = new RotaryTable(config.rotaryFrequencies());
  }

  int live() {
    return memory.size();
  }

  @Override
  public Buffer allocate(Buffer.Kind kind, long elements, String what) {
    Array made = new Array(kind, next, new float[(int) elements]);
    memory.put(next, made);
    next += elements + 17;
    return made;
  }

  @Override
  public void free(Buffer buffer) {
    if (memory.remove(((Array) buffer).address) == null) {
      throw new IllegalStateException("freed twice");
    }
  }

  @Override
  public void upload(Buffer to, long at, Tensor tensor) {
    float[] values = tensor.toFloats();
    System.arraycopy(values, 0, data(to), (int) at, values.length);
  }

  @Override
  public void upload(Buffer to, float[] values) {
    System.arraycopy(values, 0, data(to), 0, values.length);
  }

  @Override
  public void fillRandom(Buffer to, long at, long elements, long seed, float bound) {
    SplittableRandom random = new SplittableRandom(seed);
    for (long i = at; i < at + elements; i++) {
      data(to)[(int) i] = (float) random.nextDouble(-bound, bound);
    }
  }

  @Override
  public CacheMemory newCache(int slots, int layers) {
    long width = width();
    Array made = (Array) allocate(Buffer.Kind.STORE, 2 * slots * width * layers, "cache");
    return new CacheMemory(made, made.address, made.address + slots * width, 2 * slots * width);
  }

  @Override
  public void copySlot(CacheMemory cache, int layers, int from, int to) {
    for (int l = 0; l < layers; l++) {
      for (long base : new long[] {cache.keys(), cache.values()}) {
        for (int i = 0; i < width(); i++) {
          float value = get(base + l * cache.layer() + (long) from * width() + i);
          set(base + l * cache.layer() + (long) to * width() + i, value);
        }
      }
    }
  }

  @Override
  public int tileRows(int rows, int keys) {
    return tileRows;
  }

  @Override
  public MemorySegment tables(long bytes) {
    if (tables.byteSize() < bytes) {
      tables = Arena.ofAuto().allocate(bytes, 16);
      tables.fill((byte) 0x55); // whatever is not filled in must not matter
    }
    return tables;
  }

  @Override
  public void run(Step step, boolean isRepeatable, Runnable body) {
    this.step = step;
    shapes.add(step.shape());
    rotary.ensure(step.highestPosition() + 1);
    means = new float[step.shape().rows() * step.meansWidth()];
    body.run();
  }

  @Override
  public void embed(Step step, Buffer table, Buffer x) {
    int d = c.hiddenSize();
    for (int r = 0; r < step.shape().rows(); r++) {
      System.arraycopy(data(table), intAt(Table.IDS, r) * d, data(x), r * d, d);
    }
  }

  @Override
  public void norm(Buffer x, Buffer weight, Buffer out, int rows) {
    int d = c.hiddenSize();
    for (int r = 0; r < rows; r++) {
      row.rmsNorm(data(x), r * d, d, data(weight), c.rmsNormEps(), data(out), r * d);
    }
  }

  @Override
  public void project(LayerWeights layer, Buffer normed, Buffer qkv, int rows) {
    int outputs = (c.numHeads() + 2 * c.numKvHeads()) * c.headDim();
    if (layer.bias() != null) {
      for (int r = 0; r < rows; r++) {
        System.arraycopy(data(layer.bias()), 0, data(qkv), r * outputs, outputs);
      }
    }
    product(layer.qkv(), normed, qkv, rows, outputs, c.hiddenSize(), layer.bias() != null);
  }

  @Override
  public void rotate(Step step, LayerWeights layer, int index, Buffer qkv, Buffer q) {
    int d = c.headDim();
    int all = (c.numHeads() + 2 * c.numKvHeads()) * d;
    float scale = (float) (1 / Math.sqrt(d));
    for (int r = 0; r < step.shape().rows(); r++) {
      int owner = intAt(Table.OWNERS, r);
      if (owner < 0) {
        continue;
      }
      float[] own = Arrays.copyOfRange(data(qkv), r * all, (r + 1) * all);
      int angle = intAt(Table.POSITIONS, r) * rotary.half();
      for (int h = 0; h < c.numHeads() + c.numKvHeads(); h++) {
        Buffer norm = h < c.numHeads() ? layer.qNorm() : layer.kNorm();
        if (norm != null) {
          row.rmsNorm(own, h * d, d, data(norm), c.rmsNormEps(), own, h * d);
        }
        row.rotate(own, h * d, 1, d, rotary.half(), rotary.cos(), rotary.sin(), angle);
      }
      row.scale(own, 0, c.numHeads() * d, scale, data(q), r * c.numHeads() * d);
      long at = index * layer(owner) + (long) intAt(Table.SLOTS, r) * width();
      for (int i = 0; i < width(); i++) {
        set(cache(owner, 0) + at + i, own[c.numHeads() * d + i]);
        set(cache(owner, 1) + at + i, own[c.numHeads() * d + width() + i]);
      }
    }
  }

  @Override
  public void attend(Step step, int index, Buffer q, Buffer heads) {
    int width = c.numHeads() * c.headDim();
    for (int t = 0; t < step.shape().tiles(); t++) {
      int first = intAt(Table.TILES, 4 * t);
      int count = intAt(Table.TILES, 4 * t + 1);
      int keys = intAt(Table.TILES, 4 * t + 2);
      int owner = intAt(Table.TILES, 4 * t + 3);
      for (int r = first; r < first + count; r++) {
        for (int h = 0; h < c.numHeads(); h++) {
          float[] scores = scores(r, h, keys, owner, index, data(q));
          float inverse = 1f / exponentials(scores);
          mix(scores, keys, owner, index, h, inverse, data(heads), r * width + h * c.headDim());
        }
      }
    }
  }

  /** Replaces scores by e^(score - max) and returns their sum over 16 lanes. */
  private float exponentials(float[] scores) {
    float max = row.max(scores, 0, scores.length);
    float[] lanes = new float[16];
    for (int key = 0; key < scores.length; key++) {
      scores[key] = ScalarMath.exp(scores[key] - max);
      lanes[key & 15] += scores[key];
    }
    return ScalarMath.tree16(lanes);
  }

  private float[] scores(int r, int h, int keys, int owner, int layer, float[] q) {
    int d = c.headDim();
    int word = intAt(Table.MASKS, r);
    float[] scores = new float[keys];
    for (int key = 0; key < keys; key++) {
      boolean seen = key < intAt(Table.VISIBLE, r);
      if (seen && word >= 0) {
        seen = (step.maskWords()[word + (key >> 5)] >> (key & 31) & 1) == 1;
      }
      float sum = 0;
      long at = at(owner, 0, layer, key, h);
      for (int i = 0; i < d; i++) {
        sum = Math.fma(q[(r * c.numHeads() + h) * d + i], get(at + i), sum);
      }
      scores[key] = seen ? sum : Float.NEGATIVE_INFINITY;
    }
    return scores;
  }

  private void mix(
      float[] e, int keys, int owner, int layer, int h, float inverse, float[] out, int to) {
    for (int i = 0; i < c.headDim(); i++) {
      float sum = 0;
      for (int key = 0; key < keys; key++) {
        sum = Math.fma(e[key], get(at(owner, 1, layer, key, h) + i), sum);
      }
      out[to + i] = sum * inverse;
    }
  }

  @Override
  public void addAttention(Step step, int index, Buffer q) {
    for (int r = 0; r < step.rows(); r++) {
      int first = intAt(Table.MEANS, r);
      if (index < first) {
        continue;
      }
      float share = 1f / (c.numHeads() * (c.numLayers() - first));
      int seen = intAt(Table.VISIBLE, r);
      for (int h = 0; h < c.numHeads(); h++) {
        float[] weights = scores(r, h, seen, intAt(Table.OWNERS, r), index, data(q));
        float max = row.max(weights, 0, seen);
        double sum = 0;
        for (int k = 0; k < seen; k++) {
          weights[k] = (float) StrictMath.exp((double) weights[k] - max);
          sum += weights[k];
        }
        for (int k = 0; k < seen; k++) {
          means[r * step.meansWidth() + k] += weights[k] * (share / (float) sum);
        }
      }
    }
  }

  @Override
  public void gather(Step step, Buffer x, Buffer heads, Buffer keptX, Buffer keptHeads) {
    int d = c.hiddenSize();
    int q = c.numHeads() * c.headDim();
    for (int p = 0; p < step.shape().predicted(); p++) {
      int from = intAt(Table.SOURCES, p);
      System.arraycopy(data(x), from * d, data(keptX), p * d, d);
      System.arraycopy(data(heads), from * q, data(keptHeads), p * q, q);
    }
  }

  @Override
  public void product(
      Buffer weight, Buffer in, Buffer out, int rows, int outputs, int inputs, boolean accumulate) {
    float[] w = data(weight);
    float[] a = data(in);
    float[] o = data(out);
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < outputs; j++) {
        float sum = accumulate ? o[r * outputs + j] : 0f;
        for (int k = 0; k < inputs; k++) {
          sum = Math.fma(a[r * inputs + k], w[j * inputs + k], sum);
        }
        o[r * outputs + j] = sum;
      }
    }
  }

  @Override
  public void swiGlu(Buffer gateUp, Buffer inner, int rows) {
    int f = c.intermediateSize();
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < f; i++) {
        float g = data(gateUp)[r * 2 * f + i];
        float up = data(gateUp)[r * 2 * f + f + i];
        data(inner)[r * f + i] = g / (ScalarMath.exp(-g) + 1f) * up;
      }
    }
  }

  @Override
  public void statistics(Step step, Buffer logits) {}

  @Override
  public void finish(Step step, Buffer logits) {
    HeadStatistics statistics = new HeadStatistics();
    statistics.reset(step.predicted(), c.vocabSize());
    int at = 0;
    for (Query query : step.queries()) {
      int count = query.predictedCount();
      boolean wants = query.wantsLogits() || query.asks();
      query.predictions().reset(count, wants ? c.vocabSize() : 0);
      for (int p = 0; p < count; p++, at++) {
        int v = c.vocabSize();
        float[] own = Arrays.copyOfRange(data(logits), at * v, (at + 1) * v);
        if (wants) {
          System.arraycopy(own, 0, query.predictions().logits(), p * v, v);
        }
        for (int s = 0; s < step.shape().suppressed(); s++) {
          if (intAt(Table.SUPPRESSED, 2 * s) == at) {
            own[intAt(Table.SUPPRESSED, 2 * s + 1)] = Float.NEGATIVE_INFINITY;
          }
        }
        merge(statistics, query, p, at, own);
      }
    }
    downloadMeans();
  }

  private void merge(HeadStatistics statistics, Query query, int p, int at, float[] logits) {
    double temperature =
        tables.get(ValueLayout.JAVA_DOUBLE, step.offset(Table.TEMPERATURES) + 8L * at);
    long key = tables.get(ValueLayout.JAVA_LONG, step.offset(Table.NOISE_KEYS) + 8L * at);
    for (int from = 0; from < logits.length; from += HeadStatistics.CHUNK) {
      int n = Math.min(HeadStatistics.CHUNK, logits.length - from);
      int chunk = from / HeadStatistics.CHUNK;
      statistics.collect(row, at, chunk, logits, from, n, temperature, key, new float[2]);
    }
    statistics.merge(at, temperature > 0);
    query
        .predictions()
        .set(
            p,
            statistics.token(),
            statistics.confidence(),
            statistics.top(),
            statistics.second(),
            statistics.entropy());
    if (query.asked(p) >= 0) {
      query.predictions().setAskedFromLogits(p, query.asked(p), query.suppressed());
    }
  }

  private void downloadMeans() {
    int row = 0;
    for (Query query : step.queries()) {
      if (query.attentionLayers() > 0) {
        float[] out = query.predictions().resetAttention(query.rowCount(), query.keyCount());
        for (int r = 0; r < query.rowCount(); r++) {
          int from = (row + r) * step.meansWidth();
          System.arraycopy(means, from, out, r * query.keyCount(), query.keyCount());
        }
      }
      row += query.rowCount();
    }
  }

  @Override
  public double lastMillis() {
    return 0;
  }

  @Override
  public void close() {
    memory.clear();
  }

  private static float[] data(Buffer buffer) {
    return ((Array) buffer).data;
  }

  private int width() {
    return c.numKvHeads() * c.headDim();
  }

  private int intAt(Table table, int index) {
    return tables.get(ValueLayout.JAVA_INT, step.offset(table) + 4L * index);
  }

  private long cache(int owner, int which) {
    return tables.get(ValueLayout.JAVA_LONG, step.offset(Table.CACHES) + 32L * owner + 8L * which);
  }

  private long layer(int owner) {
    return cache(owner, 2);
  }

  private long at(int owner, int which, int layer, int key, int head) {
    int kvHead = head / (c.numHeads() / c.numKvHeads());
    long within = (long) key * width() + (long) kvHead * c.headDim();
    return cache(owner, which) + layer * layer(owner) + within;
  }

  private float get(long address) {
    Map.Entry<Long, Array> found = memory.floorEntry(address);
    return found.getValue().data[(int) (address - found.getKey())];
  }

  private void set(long address, float value) {
    Map.Entry<Long, Array> found = memory.floorEntry(address);
    found.getValue().data[(int) (address - found.getKey())] = value;
  }
}
