package org.unmask.model.transformer;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmask.model.Query;
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
 *       weights, which are then read from memory once per forward call.
 * </ul>
 */
final class LayerSchedule {

  private static final long MAX_LAYER_BYTES_BY_ROWS = 8 << 20;

  /** What the schedule needs to know of a forward call. */
  interface Call {
    List<Query> queries();

    KvStore store(Query query, int layer);

    int base(int query);

    Attention.@Nullable Visibility hides(RowSet rows, int chunk);

    int[] positions();

    int[] slots();

    void embed(int chunk);
  }

  /** One product or attention over some panels or heads. */
  private interface Part {
    void run(LayerOps ops, Chunk chunk, int from, int count, int p0, int p1, int index);
  }

  private final List<TransformerWeights.Layer> layers;
  private final TransformerConfig config;
  private final WorkerPool pool;
  private final LayerOps[] ops;
  private final boolean isByRows;
  private Chunk[] chunks = {};

  LayerSchedule(
      TransformerConfig config,
      TransformerWeights weights,
      WorkerPool pool,
      LayerOps[] ops,
      boolean isByRows) {
    this.config = config;
    layers = weights.layers();
    this.pool = pool;
    this.ops = ops;
    this.isByRows = isByRows;
  }

  /** Tells whether layers are small enough to be split by rows. */
  static boolean suitsRows(TransformerWeights weights) {
    return weights.layers().getFirst().sizeBytes() <= MAX_LAYER_BYTES_BY_ROWS;
  }

  /** Runs all layers but the second half of the last. */
  void run(Call call, RowSet rows) {
    reserve(isByRows ? pool.threads() : rows.chunks);
    int last = layers.size() - 1;
    if (isByRows) {
      pool.run(
          rows.chunks,
          (i, worker) -> {
            call.embed(i);
            project(call, rows, i, worker, 0);
          });
      for (int layer = 0; layer < last; layer++) {
        int l = layer;
        pool.run(
            rows.chunks,
            (i, worker) -> {
              mix(call, rows, i, worker, l);
              project(call, rows, i, worker, l + 1);
            });
      }
    } else {
      pool.run(rows.chunks, (i, worker) -> call.embed(i));
      for (int layer = 0; layer <= last; layer++) {
        projectByColumns(call, rows, layer);
        if (layer < last) {
          mixByColumns(call, rows, layer);
        }
      }
    }
  }

  /** Runs the second half of the last layer for the predicted rows. */
  void finish(Call call, RowSet predicted) {
    reserve(isByRows ? pool.threads() : predicted.chunks);
    int last = layers.size() - 1;
    if (isByRows) {
      pool.run(predicted.chunks, (i, worker) -> mix(call, predicted, i, worker, last));
    } else {
      mixByColumns(call, predicted, last);
    }
  }

  private void reserve(int count) {
    if (chunks.length < count) {
      Chunk[] more = java.util.Arrays.copyOf(chunks, count);
      for (int i = chunks.length; i < count; i++) {
        more[i] = new Chunk(config);
      }
      chunks = more;
    }
  }

  private void project(Call call, RowSet rows, int i, int worker, int l) {
    TransformerWeights.Layer layer = layers.get(l);
    LayerOps o = ops[worker];
    Chunk chunk = chunks[worker];
    int from = rows.chunkFrom[i];
    int count = rows.chunkCount[i];
    o.norm(rows, from, count, layer.attentionNorm(), chunk.normed);
    o.qkv(layer, chunk, count, 0, layer.qkv().panels());
    KvStore store = call.store(call.queries().get(rows.chunkQuery[i]), l);
    o.rotate(layer, chunk, rows, from, count, call.positions(), call.slots(), store);
  }

  private void mix(Call call, RowSet rows, int i, int worker, int l) {
    TransformerWeights.Layer layer = layers.get(l);
    LayerOps o = ops[worker];
    Chunk chunk = chunks[worker];
    int from = rows.chunkFrom[i];
    int count = rows.chunkCount[i];
    attend(call, rows, i, o, chunk, l, 0, config.numHeads());
    o.collectHeads(chunk, count);
    o.output(layer, chunk, rows, from, count, 0, layer.output().panels());
    o.norm(rows, from, count, layer.mlpNorm(), chunk.normed);
    o.gateUp(layer, chunk, count, 0, layer.gateUp().panels());
    o.swiGlu(chunk, count);
    o.down(layer, chunk, rows, from, count, 0, layer.down().panels());
  }

  private void attend(
      Call call, RowSet rows, int i, LayerOps o, Chunk chunk, int layer, int h0, int h1) {
    int query = rows.chunkQuery[i];
    o.attend(
        chunk,
        rows,
        rows.chunkFrom[i],
        rows.chunkCount[i],
        call.store(call.queries().get(query), layer),
        call.base(query),
        call.hides(rows, i),
        h0,
        h1);
  }

  private void projectByColumns(Call call, RowSet rows, int l) {
    TransformerWeights.Layer layer = layers.get(l);
    eachChunk(
        rows,
        (o, chunk, from, count, p0, p1, i) ->
            o.norm(rows, from, count, layer.attentionNorm(), chunk.normed));
    eachPanel(
        rows,
        layer.qkv(),
        (o, chunk, from, count, p0, p1, i) -> o.qkv(layer, chunk, count, p0, p1));
    eachChunk(
        rows,
        (o, chunk, from, count, p0, p1, i) -> {
          KvStore store = call.store(call.queries().get(rows.chunkQuery[i]), l);
          o.rotate(layer, chunk, rows, from, count, call.positions(), call.slots(), store);
        });
  }

  private void mixByColumns(Call call, RowSet rows, int l) {
    TransformerWeights.Layer layer = layers.get(l);
    int heads = config.numHeads();
    pool.run(
        rows.chunks * heads,
        (task, worker) -> {
          int i = task / heads;
          int h = task % heads;
          attend(call, rows, i, ops[worker], chunks[i], l, h, h + 1);
        });
    eachChunk(rows, (o, chunk, from, count, p0, p1, i) -> o.collectHeads(chunk, count));
    eachPanel(
        rows,
        layer.output(),
        (o, chunk, from, count, p0, p1, i) -> o.output(layer, chunk, rows, from, count, p0, p1));
    eachChunk(
        rows,
        (o, chunk, from, count, p0, p1, i) ->
            o.norm(rows, from, count, layer.mlpNorm(), chunk.normed));
    eachPanel(
        rows,
        layer.gateUp(),
        (o, chunk, from, count, p0, p1, i) -> o.gateUp(layer, chunk, count, p0, p1));
    eachChunk(rows, (o, chunk, from, count, p0, p1, i) -> o.swiGlu(chunk, count));
    eachPanel(
        rows,
        layer.down(),
        (o, chunk, from, count, p0, p1, i) -> o.down(layer, chunk, rows, from, count, p0, p1));
  }

  private void eachChunk(RowSet rows, Part part) {
    pool.run(
        rows.chunks,
        (i, worker) ->
            part.run(ops[worker], chunks[i], rows.chunkFrom[i], rows.chunkCount[i], 0, 0, i));
  }

  /** A task is a few panels for all chunks, so that weights are read once. */
  private void eachPanel(RowSet rows, PackedMatrix matrix, Part part) {
    int panels = matrix.panels();
    int group = Math.clamp(panels / (8 * pool.threads()), 1, 8);
    pool.run(
        Math.ceilDiv(panels, group),
        (task, worker) -> {
          int p0 = task * group;
          int p1 = Math.min(panels, p0 + group);
          for (int i = 0; i < rows.chunks; i++) {
            part.run(ops[worker], chunks[i], rows.chunkFrom[i], rows.chunkCount[i], p0, p1, i);
          }
        });
  }
}
