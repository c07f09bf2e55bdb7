package org.unmask.model.transformer;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmask.model.AttentionMask;
import org.unmask.model.Query;
import org.unmask.model.RowReuse;
import org.unmask.model.SublayerSkip;
import org.unmask.runtime.cache.KvStore;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.nn.Attention;
import org.unmask.runtime.nn.PackedMatrix;
import org.unmask.runtime.nn.RotaryTable;

/**
 * Layers of queries that {@linkplain RowReuse reuse} rows. In every layer the <em>active</em> rows
 * are computed and what the layer added to them is kept; to the others is added what was kept.
 *
 * <pre>
 * layer 0:  all rows are active
 * layer l:  rows that are fresh are active; of a kept suffix, values are computed and stored for
 *           all rows, and those least like the values before are active
 * </pre>
 */
final class ReusePass implements LayerSchedule.Call {

  private final TransformerConfig config;
  private final TransformerWeights weights;
  private final RotaryTable rotary;
  private final WorkerPool pool;
  private final LayerOps[] ops;
  private final LayerSchedule schedule;
  private final Chunk[] scratch;
  private final RowSet rows;
  private final RowSet active;
  private final RowSet probed;
  private final WorkerPool.Task probe = this::probe;
  private List<Query> queries = List.of();
  private int layer;
  private int[] firstOfQuery = {};
  private int[] activeOfQuery = {};
  private int[] probedOfQuery = {};
  private boolean[] isActive = {};
  private double[] likeness = {};
  private int[] positions = {};
  private int[] slots = {};

  ReusePass(
      TransformerConfig config,
      TransformerWeights weights,
      RotaryTable rotary,
      WorkerPool pool,
      LayerOps[] ops,
      boolean isByRows) {
    this.config = config;
    this.weights = weights;
    this.rotary = rotary;
    this.pool = pool;
    this.ops = ops;
    schedule = new LayerSchedule(config, weights, pool, ops, this, isByRows);
    scratch = new Chunk[pool.threads()];
    int ldx = Chunk.padded(config.hiddenSize());
    int ldq = config.numHeads() * Attention.headStride(config.headDim());
    rows = new RowSet(ldx, ldq);
    active = new RowSet(ldx, ldq);
    probed = new RowSet(ldx, ldq);
  }

  /** Runs all layers and returns the rows of all queries, end to end. */
  RowSet run(List<Query> reusing) {
    queries = reusing;
    layOut();
    for (layer = 0; layer < config.numLayers(); layer++) {
      if (layer > 0) {
        probeSuffixes();
      }
      gatherActive();
      schedule.layer(active, layer);
      addAll();
    }
    queries = List.of();
    return rows;
  }

  private void layOut() {
    int count = queries.size();
    if (firstOfQuery.length <= count) {
      firstOfQuery = new int[count + 1];
      activeOfQuery = new int[count];
      probedOfQuery = new int[count];
    }
    for (int i = 0; i < count; i++) {
      firstOfQuery[i + 1] = firstOfQuery[i] + queries.get(i).rowCount();
    }
    rows.reset(firstOfQuery[count]);
    if (isActive.length < rows.count) {
      isActive = new boolean[rows.visible.length];
      likeness = new double[rows.visible.length];
      positions = new int[rows.visible.length];
      slots = new int[rows.visible.length];
    }
    int highest = 0;
    for (int i = 0; i < count; i++) {
      Query query = queries.get(i);
      check(query, i);
      plan(query).reset(config.numLayers());
      for (int r = 0; r < query.rowCount(); r++) {
        int row = firstOfQuery[i] + r;
        TransformerDenoiser.checkRow(query, i, r, config);
        rows.queryRow[row] = r;
        highest = Math.max(highest, query.position(r));
        TransformerDenoiser.embed(query, r, weights, rows.x, row * rows.ldx());
      }
    }
    rotary.ensure(highest + 1);
  }

  private void check(Query query, int index) {
    if (!(query.cache() instanceof TransformerCache cache) || query.attentionLayers() > 0) {
      throw new IllegalArgumentException(
          "query " + index + " reuses rows; give it a cache, and ask for no attention");
    }
    if (query.skipped() != SublayerSkip.NONE) {
      throw new IllegalArgumentException(
          "query " + index + " both reuses rows and skips sublayers; do one of them");
    }
    if (plan(query).keepsRows() && !cache.keepsAdded()) {
      throw new IllegalArgumentException(
          "query " + index + " reuses rows that were never computed; make its first call fresh");
    }
  }

  private static RowReuse plan(Query query) {
    return java.util.Objects.requireNonNull(query.reuse());
  }

  private TransformerCache cache(int query) {
    return (TransformerCache) java.util.Objects.requireNonNull(queries.get(query).cache());
  }

  /** Computes the values of kept suffixes and chooses the rows that have changed most. */
  private void probeSuffixes() {
    int total = 0;
    for (int i = 0; i < queries.size(); i++) {
      RowReuse plan = plan(queries.get(i));
      probedOfQuery[i] = plan.count() == 0 ? 0 : queries.get(i).rowCount() - plan.split();
      total += probedOfQuery[i];
    }
    probed.reset(total);
    probed.cut(queries, probedOfQuery, schedule.parts());
    int to = 0;
    for (int i = 0; i < queries.size(); i++) {
      for (int p = 0; p < probedOfQuery[i]; p++, to++) {
        int r = plan(queries.get(i)).split() + p;
        probed.queryRow[to] = r;
        copy(rows, firstOfQuery[i] + r, probed, to);
      }
    }
    pool.run(probed.chunks, probe);
    for (int i = 0; i < queries.size(); i++) {
      if (probedOfQuery[i] > 0) {
        choose(i);
      }
    }
  }

  private void probe(int task, int worker) {
    Chunk chunk = scratch[worker];
    if (chunk == null) {
      chunk = new Chunk(config);
      scratch[worker] = chunk;
    }
    TransformerWeights.Layer at = weights.layers().get(layer);
    int from = probed.chunkFrom[task];
    int count = probed.chunkCount[task];
    int values = (config.numHeads() + config.numKvHeads()) * config.headDim();
    ops[worker].norm(probed, from, count, at.attentionNorm(), chunk.normed);
    ops[worker].qkv(at, chunk, count, values / PackedMatrix.PANEL, at.qkv().panels());
    int index = probed.chunkQuery[task];
    KvStore store = cache(index).layer(layer);
    for (int i = 0; i < count; i++) {
      int r = probed.queryRow[from + i];
      int slot = queries.get(index).slot(r);
      int value = i * chunk.ldQkv + values;
      likeness[firstOfQuery[index] + r] = cosine(chunk.qkv, value, store, slot);
      for (int h = 0; h < config.numKvHeads(); h++) {
        store.putValue(h, slot, chunk.qkv, value + h * config.headDim());
      }
    }
  }

  private double cosine(float[] fresh, int from, KvStore store, int slot) {
    double dot = 0;
    double freshSquare = 0;
    double keptSquare = 0;
    for (int h = 0; h < config.numKvHeads(); h++) {
      for (int d = 0; d < config.headDim(); d++) {
        double a = fresh[from + h * config.headDim() + d];
        double b = store.values()[store.value(h, slot, d)];
        dot += a * b;
        freshSquare += a * a;
        keptSquare += b * b;
      }
    }
    return dot / Math.max(Math.sqrt(freshSquare * keptSquare), 1e-8);
  }

  /** Takes the rows of least likeness, the lowest on ties. */
  private void choose(int index) {
    Query query = queries.get(index);
    int first = firstOfQuery[index];
    int[] chosen = plan(query).chosen(layer);
    for (int n = 0; n < chosen.length; n++) {
      int least = -1;
      for (int r = plan(query).split(); r < query.rowCount(); r++) {
        if (least < 0 || likeness[first + r] < likeness[first + least]) {
          least = r;
        }
      }
      likeness[first + least] = Double.POSITIVE_INFINITY;
      chosen[n] = least;
    }
    Arrays.sort(chosen);
  }

  private void gatherActive() {
    int total = 0;
    for (int i = 0; i < queries.size(); i++) {
      Query query = queries.get(i);
      int before = total;
      for (int r = 0; r < query.rowCount(); r++) {
        boolean isComputed = layer == 0 || plan(query).isFresh(r);
        isActive[firstOfQuery[i] + r] = isComputed;
        total += isComputed ? 1 : 0;
      }
      for (int r : plan(query).chosen(layer)) {
        isActive[firstOfQuery[i] + r] = true;
        total++;
      }
      activeOfQuery[i] = total - before;
    }
    active.reset(total);
    active.cut(queries, activeOfQuery, schedule.parts());
    int to = 0;
    for (int i = 0; i < queries.size(); i++) {
      Query query = queries.get(i);
      for (int row = firstOfQuery[i]; row < firstOfQuery[i + 1]; row++) {
        if (isActive[row]) {
          int r = rows.queryRow[row];
          active.queryRow[to] = r;
          positions[to] = query.position(r);
          slots[to] = query.slot(r);
          active.visible[to] = TransformerDenoiser.visible(query, slots[to], config);
          copy(rows, row, active, to++);
        }
      }
    }
  }

  private static void copy(RowSet from, int row, RowSet to, int target) {
    int width = from.ldx();
    System.arraycopy(from.x, row * width, to.x, target * width, width);
  }

  /** Keeps what the layer added to active rows, and adds what was kept to the others. */
  private void addAll() {
    int from = 0;
    int d = config.hiddenSize();
    for (int i = 0; i < queries.size(); i++) {
      float[] added = cache(i).added(layer);
      for (int row = firstOfQuery[i]; row < firstOfQuery[i + 1]; row++) {
        int at = row * rows.ldx();
        int kept = queries.get(i).slot(rows.queryRow[row]) * d;
        if (isActive[row]) {
          int computed = from++ * rows.ldx();
          for (int j = 0; j < d; j++) {
            added[kept + j] = active.x[computed + j] - rows.x[at + j];
            rows.x[at + j] = active.x[computed + j];
          }
        } else {
          for (int j = 0; j < d; j++) {
            rows.x[at + j] += added[kept + j];
          }
        }
      }
    }
  }

  @Override
  public void embed(int chunk) {
    throw new IllegalStateException("rows are embedded before the layers run");
  }

  @Override
  public KvStore store(RowSet set, int chunk, int at) {
    return cache(set.chunkQuery[chunk]).layer(at);
  }

  @Override
  public int base(RowSet set, int chunk) {
    return 0;
  }

  @Override
  public Attention.@Nullable Visibility hides(RowSet set, int chunk) {
    int from = set.chunkFrom[chunk];
    Query query = queries.get(set.chunkQuery[chunk]);
    return TransformerDenoiser.mask(query, config) instanceof AttentionMask.Explicit explicit
        ? (row, slot) -> explicit.sees(set.queryRow[from + row], slot)
        : null;
  }

  @Override
  public void projected(int at) {}

  @Override
  public int[] positions() {
    return positions;
  }

  @Override
  public int[] slots() {
    return slots;
  }
}
