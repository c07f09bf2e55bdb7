package org.unmask.model.transformer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.unmask.model.AttentionMask;
import org.unmask.model.Conditioning;
import org.unmask.model.Denoiser;
import org.unmask.model.KvCache;
import org.unmask.model.Query;
import org.unmask.model.SoftTokens;
import org.unmask.runtime.cache.KvStore;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.nn.Attention;
import org.unmask.runtime.nn.RotaryTable;
import org.unmask.weights.safetensors.Tensor;

/**
 * Forward calls of a transformer.
 *
 * <p>Each output element depends on its row and column only, hence the same bits however the work
 * is split ({@link LayerSchedule}). The second half of the last layer and the head are computed
 * only for the rows that are predicted.
 */
final class TransformerDenoiser implements Denoiser, LayerSchedule.Call {

  private final TransformerConfig config;
  private final TransformerWeights weights;
  private final RotaryTable rotary;
  private final WorkerPool pool;
  private final LayerOps[] ops;
  private final LayerSchedule schedule;
  private final HeadPass head;
  private final RowSet rows;
  private final RowSet predicted;

  private final AttentionMeans attentionMeans;
  private final ReusePass reuse;
  private final List<Query> whole = new ArrayList<>();
  private final List<Query> reusing = new ArrayList<>();

  private final WorkerPool.Task finalNorm = this::finalNorm;
  private final WorkerPool.Task addAttention = this::addAttention;
  private boolean isAttentionWanted;
  private int projectedLayer;
  private List<Query> queries = List.of();
  private @Nullable TransformerCache scratch;
  private int[] positions = {};
  private int[] slots = {};
  private int[] bases = {};
  private int[] rowsOfQuery = {};
  private int[] predictedOfQuery = {};
  private int[] firstPredicted = {};

  TransformerDenoiser(
      TransformerConfig config,
      TransformerWeights weights,
      RotaryTable rotary,
      Kernels kernels,
      WorkerPool pool,
      boolean isByRows,
      @Nullable StepProfile profile) {
    this.config = config;
    this.weights = weights;
    this.rotary = rotary;
    this.pool = pool;
    int ldx = Chunk.padded(config.hiddenSize());
    int ldq = config.numHeads() * Attention.headStride(config.headDim());
    rows = new RowSet(ldx, ldq);
    predicted = new RowSet(ldx, ldq);
    ops = new LayerOps[pool.threads()];
    for (int i = 0; i < ops.length; i++) {
      ops[i] =
          profile == null
              ? new LayerOps(config, kernels, rotary)
              : new ProfiledLayerOps(config, kernels, rotary, profile);
    }
    schedule = new LayerSchedule(config, weights, pool, ops, this, isByRows);
    attentionMeans = new AttentionMeans(config);
    reuse = new ReusePass(config, weights, rotary, pool, ops, isByRows);
    head = new HeadPass(config.vocabSize(), weights.head(), kernels, pool, profile);
  }

  @Override
  public int vocabSize() {
    return config.vocabSize();
  }

  @Override
  public int maskId() {
    return config.maskId();
  }

  @Override
  public int shift() {
    return config.shift();
  }

  @Override
  public Conditioning conditioning() {
    return config.conditioning();
  }

  @Override
  public int layers() {
    return config.experts() == null ? config.numLayers() : 0;
  }

  @Override
  public KvCache newCache(int slots) {
    return new TransformerCache(config, slots, config.numLayers());
  }

  @Override
  public void forward(List<Query> queries) {
    if (queries.isEmpty()) {
      throw new IllegalArgumentException("a forward call needs at least one query");
    }
    reusing.clear();
    for (int i = 0; i < queries.size(); i++) {
      if (queries.get(i).reuse() != null) {
        reusing.add(queries.get(i));
      }
    }
    if (reusing.isEmpty()) {
      forwardWhole(queries);
      return;
    }
    whole.clear();
    queries.stream().filter(query -> query.reuse() == null).forEach(whole::add);
    if (!whole.isEmpty()) {
      forwardWhole(whole);
    }
    forwardReusing();
  }

  /** Computes some rows of some layers; what is predicted then needs the head only. */
  private void forwardReusing() {
    queries = reusing;
    RowSet all = reuse.run(queries);
    gather(all, false);
    predictHead();
  }

  private void predictHead() {
    head.reserve(predicted.chunks);
    pool.run(predicted.chunks, finalNorm);
    head.run(queries, predicted);
    queries = List.of();
  }

  private void forwardWhole(List<Query> queries) {
    this.queries = queries;
    layOut();
    isAttentionWanted = attentionMeans.begin(queries);
    schedule.run(rows);
    gather(rows, true);
    schedule.finish(predicted);
    predictHead();
  }

  private void finalNorm(int chunk, int worker) {
    int query = predicted.chunkQuery[chunk];
    if (queries.get(query).wantsHidden()) {
      int d = config.hiddenSize();
      float[] hidden = queries.get(query).predictions().hidden();
      int from = predicted.chunkFrom[chunk];
      for (int row = from; row < from + predicted.chunkCount[chunk]; row++) {
        int to = (row - firstPredicted[query]) * d;
        ops[worker].norm(predicted, row, weights.finalNorm(), hidden, to);
      }
    }
    ops[worker].norm(
        predicted,
        predicted.chunkFrom[chunk],
        predicted.chunkCount[chunk],
        weights.finalNorm(),
        head.input(chunk));
  }

  @Override
  public void projected(int layer) {
    if (isAttentionWanted) {
      projectedLayer = layer;
      pool.run(rows.chunks, addAttention);
    }
  }

  private void addAttention(int chunk, int worker) {
    Query query = queries.get(rows.chunkQuery[chunk]);
    attentionMeans.add(query, rows, chunk, projectedLayer, this);
  }

  @Override
  public KvStore store(RowSet set, int chunk, int layer) {
    return switch (queries.get(set.chunkQuery[chunk]).cache()) {
      case null -> Objects.requireNonNull(scratch).layer(layer & 1);
      case TransformerCache cache -> cache.layer(layer);
      default ->
          throw new IllegalArgumentException(
              "the query's cache was made by another kind of denoiser");
    };
  }

  @Override
  public int base(RowSet set, int chunk) {
    return bases[set.chunkQuery[chunk]];
  }

  @Override
  public Attention.@Nullable Visibility hides(RowSet set, int chunk) {
    int from = set.chunkFrom[chunk];
    int base = base(set, chunk);
    return mask(queries.get(set.chunkQuery[chunk]), config)
            instanceof AttentionMask.Explicit explicit
        ? (row, slot) -> explicit.sees(set.queryRow[from + row], slot - base)
        : null;
  }

  @Override
  public boolean skipsAttention(RowSet set, int chunk, int layer) {
    return queries.get(set.chunkQuery[chunk]).skipped().attention().get(layer);
  }

  @Override
  public boolean skipsMlp(RowSet set, int chunk, int layer) {
    return queries.get(set.chunkQuery[chunk]).skipped().mlp().get(layer);
  }

  @Override
  public int[] positions() {
    return positions;
  }

  @Override
  public int[] slots() {
    return slots;
  }

  /** Lays all rows end to end and says where each one's keys are and how many it sees. */
  private void layOut() {
    int total = 0;
    int scratchSlots = 0;
    if (bases.length < queries.size()) {
      bases = new int[queries.size()];
      rowsOfQuery = new int[queries.size()];
    }
    for (int i = 0; i < queries.size(); i++) {
      Query query = queries.get(i);
      if (query.rowCount() == 0) {
        throw new IllegalArgumentException("query " + i + " feeds no rows");
      }
      rowsOfQuery[i] = query.rowCount();
      total += query.rowCount();
      bases[i] = query.cache() == null ? scratchSlots : 0;
      if (query.cache() == null) {
        scratchSlots += Math.ceilDiv(query.rowCount(), KvStore.PANEL) * KvStore.PANEL;
      }
    }
    rows.reset(total);
    rows.cut(queries, rowsOfQuery, schedule.parts());
    if (positions.length < total) {
      positions = new int[rows.visible.length];
      slots = new int[rows.visible.length];
    }
    if (scratchSlots > 0 && (scratch == null || scratch.slots() < scratchSlots)) {
      scratch = new TransformerCache(config, scratchSlots, 2);
    }
    int highest = 0;
    int row = 0;
    for (int i = 0; i < queries.size(); i++) {
      Query query = queries.get(i);
      for (int r = 0; r < query.rowCount(); r++, row++) {
        checkRow(query, i, r, config);
        int slot = query.slot(r);
        positions[row] = query.position(r);
        slots[row] = bases[i] + slot;
        highest = Math.max(highest, positions[row]);
        rows.queryRow[row] = r;
        rows.visible[row] = visible(query, slot, config);
      }
    }
    rotary.ensure(highest + 1);
  }

  static void checkRow(Query query, int index, int r, TransformerConfig config) {
    KvCache cache = query.cache();
    int room = cache == null ? query.rowCount() : cache.slots();
    int id = query.id(r);
    if (id < 0 || id >= config.vocabSize()) {
      throw new IllegalArgumentException(
          "token id " + id + " in query " + index + " is outside [0, " + config.vocabSize() + ")");
    }
    if (query.slot(r) < 0 || query.slot(r) >= room || query.keyCount() > room) {
      throw new IllegalArgumentException(
          "query "
              + index
              + " uses slot "
              + Math.max(query.slot(r), query.keyCount() - 1)
              + " of a cache of "
              + room);
    }
    if (query.position(r) < 0 || query.keyCount() < 1) {
      throw new IllegalArgumentException(
          "query " + index + " has a negative position or no visible key");
    }
  }

  static AttentionMask mask(Query query, TransformerConfig config) {
    AttentionMask given = query.mask();
    return given == null ? config.attention() : given;
  }

  /** Returns how many keys, counted from the first, a row in a slot may see. */
  static int visible(Query query, int slot, TransformerConfig config) {
    return switch (mask(query, config)) {
      case AttentionMask.Causal causal -> Math.min(query.keyCount(), slot + 1);
      case AttentionMask.BlockCausal(int length) ->
          Math.min(query.keyCount(), (slot / length + 1) * length);
      case AttentionMask.Full full -> query.keyCount();
      case AttentionMask.Explicit explicit -> query.keyCount();
    };
  }

  @Override
  public void embed(int chunk) {
    Query query = queries.get(rows.chunkQuery[chunk]);
    int from = rows.chunkFrom[chunk];
    for (int row = from; row < from + rows.chunkCount[chunk]; row++) {
      embed(query, rows.queryRow[row], weights, rows.x, row * rows.ldx());
    }
  }

  /** Reads the embedding of a row of a query. */
  static void embed(Query query, int r, TransformerWeights weights, float[] x, int at) {
    Tensor table = weights.embedding();
    int d = weights.finalNorm().length;
    float[] states = query.states();
    if (states != null) {
      System.arraycopy(states, r * d, x, at, d);
      return;
    }
    SoftTokens soft = query.softTokens();
    if (soft == null || soft.count(r) == 0) {
      table.toFloats((long) query.id(r) * d, x, at, d);
      return;
    }
    float[] embedding = new float[d];
    Arrays.fill(x, at, at + d, 0f);
    for (int i = 0; i < soft.count(r); i++) {
      table.toFloats((long) soft.token(r, i) * d, embedding, 0, d);
      for (int j = 0; j < d; j++) {
        x[at + j] = Math.fma(soft.weight(r, i), embedding[j], x[at + j]);
      }
    }
  }

  /** Copies the predicted rows, with what the last layer's second half needs if it is to come. */
  private void gather(RowSet rows, boolean isBeforeLast) {
    int total = 0;
    if (predictedOfQuery.length < queries.size()) {
      predictedOfQuery = new int[queries.size()];
      firstPredicted = new int[queries.size()];
    }
    for (int i = 0; i < queries.size(); i++) {
      Query query = queries.get(i);
      predictedOfQuery[i] = query.predictedCount();
      firstPredicted[i] = total;
      total += predictedOfQuery[i];
      if (query.wantsHidden()) {
        query.predictions().resetHidden(predictedOfQuery[i], config.hiddenSize());
      }
    }
    predicted.reset(total);
    predicted.cut(queries, predictedOfQuery, schedule.parts());
    int first = 0;
    int to = 0;
    for (int i = 0; i < queries.size(); i++) {
      Query query = queries.get(i);
      int shift = query.isUnshifted() ? 0 : config.shift();
      for (int p = 0; p < query.predictedCount(); p++, to++) {
        int r = Math.max(query.predictedRow(p) - shift, 0);
        if (query.predictedRow(p) < 0 || r >= query.rowCount()) {
          throw new IllegalArgumentException(
              "query "
                  + i
                  + " of "
                  + query.rowCount()
                  + " rows cannot predict row "
                  + query.predictedRow(p));
        }
        int from = first + r;
        System.arraycopy(rows.x, from * rows.ldx(), predicted.x, to * rows.ldx(), rows.ldx());
        if (isBeforeLast) {
          predicted.q.copy(rows.q, from, to);
          predicted.visible[to] = rows.visible[from];
        }
        predicted.queryRow[to] = r;
      }
      first += query.rowCount();
    }
  }
}
