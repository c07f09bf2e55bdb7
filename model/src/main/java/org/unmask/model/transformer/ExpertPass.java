package org.unmask.model.transformer;

import java.util.Arrays;
import java.util.Objects;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.MatrixKernel;
import org.unmask.runtime.nn.RowBlocks;

/**
 * The experts of a layer on all rows: chunks are routed, every expert takes the rows that chose it
 * so that its weights are read once, and each row adds up its experts.
 *
 * <p>Fixed order: a row starts from its residual and takes {@code x = fma(weight, y, x)} over its
 * experts in ascending order. An expert's output for a row depends on that row alone, hence the
 * same bits for any batch and any number of threads.
 */
final class ExpertPass {

  private static final int DEPTH = MatrixKernel.DEPTH;
  private static final int TILE = RowSet.MAX_CHUNK;

  private final Experts experts;
  private final WorkerPool pool;
  private final LayerOps[] ops;
  private final ExpertChoice[] choices;
  private final Chunk[] tiles;
  private final int ldy;

  private int[] chosen = {};
  private float[] weights = {};
  private float[] outputs = {};

  /** Where in {@link #order} the rows of each expert begin. */
  private final int[] begin;

  /** Choices (row * perToken + i) by expert, then row. */
  private int[] order = {};

  /** Row of {@link #outputs} of each choice. */
  private int[] place = {};

  private RowSet rows = new RowSet(0, 0);
  private Chunk[] chunks = {};
  private Mlp.Sparse layer;

  private final WorkerPool.Task route = this::route;
  private final WorkerPool.Task expert = this::expert;
  private final WorkerPool.Task combine = this::combine;

  ExpertPass(TransformerConfig config, Experts experts, WorkerPool pool, LayerOps[] ops) {
    this.experts = experts;
    this.pool = pool;
    this.ops = ops;
    begin = new int[experts.count() + 1];
    ldy = Chunk.padded(config.hiddenSize());
    choices = new ExpertChoice[pool.threads()];
    Arrays.setAll(choices, i -> new ExpertChoice(experts));
    tiles = new Chunk[pool.threads()];
    Arrays.setAll(tiles, i -> new Chunk(config));
  }

  /**
   * Adds the chosen experts' outputs to the residual stream.
   *
   * @param chunks normed rows of every chunk
   */
  void run(RowSet rows, Chunk[] chunks, Mlp.Sparse layer) {
    this.rows = rows;
    this.chunks = chunks;
    this.layer = layer;
    int picks = rows.count * experts.perToken();
    if (chosen.length < picks) {
      chosen = new int[picks];
      weights = new float[picks];
      order = new int[picks];
      place = new int[picks];
      outputs = new float[picks * ldy];
    }
    pool.run(rows.chunks, route);
    sort(picks);
    pool.run(experts.count(), expert);
    pool.run(rows.chunks, combine);
  }

  private void route(int chunk, int worker) {
    Mlp.Sparse layer = Objects.requireNonNull(this.layer);
    int from = rows.chunkFrom[chunk];
    int count = rows.chunkCount[chunk];
    Chunk tile = tiles[worker];
    ops[worker].router(layer, chunks[chunk], count, tile);
    for (int r = 0; r < count; r++) {
      choices[worker].choose(
          tile.gateUp,
          r * tile.ldGateUp,
          layer.bias(),
          chosen,
          weights,
          (from + r) * experts.perToken());
    }
  }

  /** Orders the choices by expert; a counting sort, so that rows stay ascending. */
  private void sort(int picks) {
    Arrays.fill(begin, 0);
    for (int i = 0; i < picks; i++) {
      begin[chosen[i] + 1]++;
    }
    for (int e = 1; e < begin.length; e++) {
      begin[e] += begin[e - 1];
    }
    for (int i = 0; i < picks; i++) {
      place[i] = begin[chosen[i]]++;
      order[place[i]] = i;
    }
    System.arraycopy(begin, 0, begin, 1, begin.length - 1); // each had moved to the next one's
    begin[0] = 0;
  }

  private void expert(int e, int worker) {
    Mlp.Dense weights = Objects.requireNonNull(layer).experts().get(e);
    Chunk tile = tiles[worker];
    for (int from = begin[e]; from < begin[e + 1]; from += TILE) {
      int count = Math.min(TILE, begin[e + 1] - from);
      for (int r = 0; r < count; r++) {
        gather(order[from + r] / experts.perToken(), tile.normed, r);
      }
      LayerOps o = ops[worker];
      o.gateUp(weights, tile, count, 0, weights.gateUp().panels());
      o.swiGlu(weights, tile, count);
      o.down(weights, tile, count, outputs, from * ldy, ldy);
    }
  }

  /** Copies a normed row from the chunk it lies in. */
  private void gather(int row, RowBlocks out, int to) {
    int chunk = rows.chunkOf(row);
    RowBlocks normed = chunks[chunk].normed;
    int from = row - rows.chunkFrom[chunk];
    for (int k = 0; k < normed.columns(); k += DEPTH) {
      System.arraycopy(normed.data(), normed.offset(from, k), out.data(), out.offset(to, k), DEPTH);
    }
  }

  private void combine(int chunk, int worker) {
    int from = rows.chunkFrom[chunk];
    int width = chunks[chunk].normed.columns();
    for (int row = from; row < from + rows.chunkCount[chunk]; row++) {
      int to = row * rows.ldx();
      for (int i = row * experts.perToken(); i < (row + 1) * experts.perToken(); i++) {
        float weight = weights[i];
        int at = place[i] * ldy;
        for (int j = 0; j < width; j++) {
          rows.x[to + j] = Math.fma(weight, outputs[at + j], rows.x[to + j]);
        }
      }
    }
  }
}
