package org.unmask.model.transformer;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.unmask.runtime.cache.KvStore;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.nn.Attention;
import org.unmask.runtime.nn.PackedMatrix;

/**
 * How the operations of the layers are spread over workers. Both ways give the same bits.
 *
 * <ul>
 *   <li><b>By rows</b>, for layers whose weights stay in cache: one worker takes a chunk of rows
 *       through the second half of a layer and the first half of the next, so that a layer has one
 *       barrier and activations never leave the cache.
 *   <li><b>By columns</b>, for layers larger than the cache: each product is split over panels of
 *       weights, which are then read from memory once per forward call. Layers with experts are
 *       always run this way ({@link ExpertPass}).
 * </ul>
 *
 * <p>The steps are made once and read the layer and rows at work from fields, so that a forward
 * call allocates nothing.
 */
final class LayerSchedule {

  private static final long MAX_LAYER_BYTES_BY_ROWS = 8 << 20;

  /** What the schedule needs to know of a forward call. */
  interface Call {

    /** Reads the embeddings of a chunk into the residual stream. */
    void embed(int chunk);

    /** Returns keys and values of a chunk's query. */
    KvStore store(RowSet rows, int chunk, int layer);

    /** Returns the slot of the first key of a chunk's query. */
    int base(RowSet rows, int chunk);

    /** Returns what an explicit mask hides from the rows of a chunk, or null. */
    Attention.@Nullable Visibility hides(RowSet rows, int chunk);

    /** Tells whether the rows of a chunk leave out a layer's attention. */
    default boolean skipsAttention(RowSet rows, int chunk, int layer) {
      return false;
    }

    /** Tells whether the rows of a chunk leave out a layer's feed-forward network. */
    default boolean skipsMlp(RowSet rows, int chunk, int layer) {
      return false;
    }

    /** Notes that queries and keys of a layer are there for all rows, before attention. */
    void projected(int layer);

    /** Returns the rotary position of every row. */
    int[] positions();

    /** Returns the slot of every row. */
    int[] slots();
  }

  private final List<TransformerWeights.Layer> layers;
  private final TransformerConfig config;
  private final WorkerPool pool;
  private final LayerOps[] ops;
  private final boolean isByRows;
  private final Call call;
  private final @Nullable ExpertPass experts;
  private Chunk[] chunks = {};

  // the step at work; written before a step starts, read by its workers
  private RowSet rows = new RowSet(0, 0);
  private int index;
  private TransformerWeights.Layer layer;
  private Mlp.@Nullable Dense mlp;
  private int group = 1;

  private final WorkerPool.Task embed = (i, worker) -> call().embed(i);
  private final WorkerPool.Task embedAndProject =
      (i, worker) -> {
        call().embed(i);
        project(i, worker, index);
      };
  private final WorkerPool.Task projectOnly = (i, worker) -> project(i, worker, index);
  private final WorkerPool.Task mixAndProject =
      (i, worker) -> {
        mix(i, worker);
        project(i, worker, index + 1);
      };
  private final WorkerPool.Task mix = this::mix;
  private final WorkerPool.Task attentionNorm =
      (i, w) -> ops()[w].norm(rows, from(i), count(i), layer.attentionNorm(), chunks[i].normed);
  private final WorkerPool.Task qkv =
      (task, w) -> {
        for (int i = 0; i < rows.chunks; i++) {
          if (attends(i)) {
            ops()[w].qkv(layer, chunks[i], count(i), p0(task), p1(task, layer.qkv()));
          }
        }
      };
  private final WorkerPool.Task rotate =
      (i, w) -> {
        if (attends(i)) {
          rotate(i, ops()[w], chunks[i], layer, index);
        }
      };
  private final WorkerPool.Task attendOneHead =
      (task, w) -> {
        int heads = config().numHeads();
        if (attends(task / heads)) {
          attend(task / heads, ops()[w], chunks[task / heads], task % heads, task % heads + 1);
        }
      };
  private final WorkerPool.Task collectHeads = (i, w) -> ops()[w].collectHeads(chunks[i], count(i));
  private final WorkerPool.Task output =
      (task, w) -> {
        for (int i = 0; i < rows.chunks; i++) {
          if (attends(i)) {
            ops()[w].output(
                layer, chunks[i], rows, from(i), count(i), p0(task), p1(task, layer.output()));
          }
        }
      };
  private final WorkerPool.Task mlpNorm =
      (i, w) -> ops()[w].norm(rows, from(i), count(i), layer.mlpNorm(), chunks[i].normed);
  private final WorkerPool.Task gateUp =
      (task, w) -> {
        for (int i = 0; i < rows.chunks; i++) {
          if (!call().skipsMlp(rows, i, index)) {
            ops()[w].gateUp(mlp(), chunks[i], count(i), p0(task), p1(task, mlp().gateUp()));
          }
        }
      };
  private final WorkerPool.Task swiGlu = (i, w) -> ops()[w].swiGlu(mlp(), chunks[i], count(i));
  private final WorkerPool.Task down =
      (task, w) -> {
        for (int i = 0; i < rows.chunks; i++) {
          if (!call().skipsMlp(rows, i, index)) {
            ops()[w].down(
                mlp(), chunks[i], rows, from(i), count(i), p0(task), p1(task, mlp().down()));
          }
        }
      };

  LayerSchedule(
      TransformerConfig config,
      TransformerWeights weights,
      WorkerPool pool,
      LayerOps[] ops,
      Call call,
      boolean isByRows) {
    this.config = config;
    layers = weights.layers();
    layer = layers.getFirst();
    this.pool = pool;
    this.ops = ops;
    this.call = call;
    this.isByRows = isByRows && config.experts() == null;
    experts = config.experts() == null ? null : new ExpertPass(config, config.experts(), pool, ops);
  }

  /** Tells whether layers are small enough to be split by rows. */
  static boolean suitsRows(TransformerWeights weights) {
    return weights.layers().getFirst().sizeBytes() <= MAX_LAYER_BYTES_BY_ROWS;
  }

  /**
   * Returns how many parts rows should be cut into: by rows two for each worker, so that one that
   * is held up does not hold up all; by columns as few as workers.
   */
  int parts() {
    return isByRows && pool.threads() > 1 ? 2 * pool.threads() : pool.threads();
  }

  /** Runs all layers but the second half of the last. */
  void run(RowSet all) {
    begin(all);
    int last = layers.size() - 1;
    if (isByRows) {
      at(0);
      pool.run(all.chunks, embedAndProject);
      call.projected(0);
      for (int l = 0; l < last; l++) {
        at(l);
        pool.run(all.chunks, mixAndProject);
        call.projected(l + 1);
      }
      return;
    }
    pool.run(all.chunks, embed);
    for (int l = 0; l <= last; l++) {
      at(l);
      projectByColumns();
      call.projected(l);
      if (l < last) {
        mixByColumns();
      }
    }
  }

  /** Runs the second half of the last layer for the predicted rows. */
  void finish(RowSet predicted) {
    begin(predicted);
    at(layers.size() - 1);
    if (isByRows) {
      pool.run(predicted.chunks, mix);
    } else {
      mixByColumns();
    }
  }

  /** Runs one layer for some rows. */
  void layer(RowSet some, int l) {
    begin(some);
    at(l);
    if (isByRows) {
      pool.run(some.chunks, projectOnly);
      pool.run(some.chunks, mix);
    } else {
      projectByColumns();
      mixByColumns();
    }
  }

  private void projectByColumns() {
    pool.run(rows.chunks, attentionNorm);
    overPanels(layer.qkv(), qkv);
    pool.run(rows.chunks, rotate);
  }

  private void mixByColumns() {
    pool.run(rows.chunks * config.numHeads(), attendOneHead);
    pool.run(rows.chunks, collectHeads);
    overPanels(layer.output(), output);
    pool.run(rows.chunks, mlpNorm);
    switch (layer.mlp()) {
      case Mlp.Dense dense -> mlpByColumns(dense);
      case Mlp.Sparse sparse -> {
        Objects.requireNonNull(experts).run(rows, chunks, sparse);
        if (sparse.shared() != null) {
          mlpByColumns(sparse.shared());
        }
      }
    }
  }

  private void mlpByColumns(Mlp.Dense at) {
    mlp = at;
    overPanels(at.gateUp(), gateUp);
    pool.run(rows.chunks, swiGlu);
    overPanels(at.down(), down);
  }

  /** A task is a few panels for all chunks, so that weights are read once. */
  private void overPanels(PackedMatrix matrix, WorkerPool.Task product) {
    group = Math.clamp(matrix.panels() / (8 * pool.threads()), 1, 8);
    pool.run(Math.ceilDiv(matrix.panels(), group), product);
  }

  private void begin(RowSet set) {
    rows = set;
    int needed = isByRows ? pool.threads() : set.chunks;
    int old = chunks.length;
    if (old < needed) {
      chunks = Arrays.copyOf(chunks, needed);
      for (int i = old; i < needed; i++) {
        chunks[i] = new Chunk(config);
      }
    }
  }

  private void at(int l) {
    index = l;
    layer = layers.get(l);
  }

  private void project(int i, int worker, int l) {
    if (call.skipsAttention(rows, i, l)) {
      return;
    }
    TransformerWeights.Layer next = layers.get(l);
    Chunk chunk = chunks[worker];
    LayerOps o = ops[worker];
    o.norm(rows, from(i), count(i), next.attentionNorm(), chunk.normed);
    o.qkv(next, chunk, count(i), 0, next.qkv().panels());
    rotate(i, o, chunk, next, l);
  }

  private void rotate(int i, LayerOps o, Chunk chunk, TransformerWeights.Layer at, int l) {
    KvStore store = call.store(rows, i, l);
    o.rotate(at, chunk, rows, from(i), count(i), call.positions(), call.slots(), store);
  }

  private void mix(int i, int worker) {
    Chunk chunk = chunks[worker];
    LayerOps o = ops[worker];
    int from = from(i);
    int count = count(i);
    if (attends(i)) {
      attend(i, o, chunk, 0, config.numHeads());
      o.collectHeads(chunk, count);
      o.output(layer, chunk, rows, from, count, 0, layer.output().panels());
    }
    if (call.skipsMlp(rows, i, index)) {
      return;
    }
    o.norm(rows, from, count, layer.mlpNorm(), chunk.normed);
    Mlp.Dense dense = (Mlp.Dense) layer.mlp(); // layers with experts are run by columns
    o.gateUp(dense, chunk, count, 0, dense.gateUp().panels());
    o.swiGlu(dense, chunk, count);
    o.down(dense, chunk, rows, from, count, 0, dense.down().panels());
  }

  private void attend(int i, LayerOps o, Chunk chunk, int h0, int h1) {
    KvStore store = call.store(rows, i, index);
    o.attend(
        chunk, rows, from(i), count(i), store, call.base(rows, i), call.hides(rows, i), h0, h1);
  }

  private boolean attends(int i) {
    return !call().skipsAttention(rows, i, index);
  }

  private int from(int i) {
    return rows.chunkFrom[i];
  }

  private int count(int i) {
    return rows.chunkCount[i];
  }

  private int p0(int task) {
    return task * group;
  }

  private int p1(int task, PackedMatrix matrix) {
    return Math.min(matrix.panels(), (task + 1) * group);
  }

  // the steps above are initialised before the final fields they read
  private Call call() {
    return call;
  }

  private LayerOps[] ops() {
    return ops;
  }

  private Mlp.Dense mlp() {
    return Objects.requireNonNull(mlp);
  }

  private TransformerConfig config() {
    return config;
  }
}
