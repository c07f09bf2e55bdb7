package org.unmask.model.transformer;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmask.model.Predictions;
import org.unmask.model.Query;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.kernel.MatrixKernel;
import org.unmask.runtime.nn.HeadStatistics;
import org.unmask.runtime.nn.PackedMatrix;
import org.unmask.runtime.nn.RowBlocks;

/**
 * The language-model head with fused statistics: a task computes one chunk of the vocabulary for
 * one chunk of rows; logits exist only as one tile per worker unless a query wants them.
 */
final class HeadPass {

  private static final int CHUNK = HeadStatistics.CHUNK;

  private final int vocabSize;
  private final PackedMatrix head;
  private final Kernels kernels;
  private final WorkerPool pool;
  private final HeadStatistics statistics = new HeadStatistics();
  private final float[][] tiles;
  private final float[][] sums;
  private final PackedMatrix.Scratch[] scratch;
  private final int chunks;
  private final WorkerPool.Task tile;
  private List<Query> queries = List.of();
  private RowSet rows = new RowSet(0, 0);
  private RowBlocks[] inputs = {};
  private int[] firstOfQuery = {};
  private float[] askedLogits = {};

  HeadPass(
      int vocabSize,
      PackedMatrix head,
      Kernels kernels,
      WorkerPool pool,
      @Nullable StepProfile profile) {
    this.vocabSize = vocabSize;
    WorkerPool.Task plain = this::tile;
    tile = profile == null ? plain : profile.timed(StepProfile.Part.HEAD, plain);
    chunks = Math.ceilDiv(vocabSize, CHUNK);
    this.head = head;
    this.kernels = kernels;
    this.pool = pool;
    tiles = new float[pool.threads()][RowSet.MAX_CHUNK * CHUNK];
    sums = new float[pool.threads()][2];
    scratch = new PackedMatrix.Scratch[pool.threads()];
    Arrays.setAll(scratch, i -> new PackedMatrix.Scratch());
  }

  /** Makes room for the final normed rows of so many chunks. */
  void reserve(int chunks) {
    int old = inputs.length;
    if (old < chunks) {
      inputs = Arrays.copyOf(inputs, Math.max(chunks, 2 * old));
      for (int i = old; i < inputs.length; i++) {
        inputs[i] = new RowBlocks(RowSet.MAX_CHUNK, head.inputs());
      }
    }
  }

  /** Returns where the final normed rows of a chunk go. */
  RowBlocks input(int chunk) {
    return inputs[chunk];
  }

  /** Fills the predictions of all queries from the rows in {@link #input}. */
  void run(List<Query> queries, RowSet rows) {
    if (firstOfQuery.length < queries.size()) {
      firstOfQuery = new int[queries.size()];
    }
    int first = 0;
    for (int i = 0; i < queries.size(); i++) {
      Query query = queries.get(i);
      firstOfQuery[i] = first;
      first += query.predictedCount();
      query.predictions().reset(query.predictedCount(), query.wantsLogits() ? vocabSize : 0);
    }
    if (askedLogits.length < rows.count) {
      askedLogits = new float[rows.visible.length];
    }
    statistics.reset(rows.count, vocabSize);
    this.queries = queries;
    this.rows = rows;
    pool.run(rows.chunks * chunks, tile);
    this.queries = List.of();
    for (int i = 0; i < queries.size(); i++) {
      Query query = queries.get(i);
      Predictions predictions = query.predictions();
      for (int p = 0; p < query.predictedCount(); p++) {
        statistics.merge(firstOfQuery[i] + p, query.temperature() > 0);
        predictions.set(
            p,
            statistics.token(),
            statistics.confidence(),
            statistics.top(),
            statistics.second(),
            statistics.entropy());
        if (query.asked(p) >= 0) {
          predictions.setAsked(p, statistics.probability(askedLogits[firstOfQuery[i] + p]));
        }
      }
    }
  }

  private void tile(int task, int worker) {
    int chunk = task % rows.chunks; // all rows before the next weights
    int part = task / rows.chunks;
    float[] tile = tiles[worker];
    int index = rows.chunkQuery[chunk];
    Query query = queries.get(index);
    int from = rows.chunkFrom[chunk];
    int count = rows.chunkCount[chunk];
    int start = part * CHUNK;
    int n = Math.min(CHUNK, vocabSize - start);
    head.multiply(
        kernels,
        inputs[chunk],
        count,
        tile,
        0,
        CHUNK,
        false,
        start / MatrixKernel.PANEL,
        Math.min(head.panels(), (start + CHUNK) / MatrixKernel.PANEL),
        scratch[worker]);
    Predictions predictions = query.predictions();
    for (int r = 0; r < count; r++) {
      int prediction = from + r - firstOfQuery[index];
      int at = r * CHUNK;
      if (query.wantsLogits()) {
        System.arraycopy(tile, at, predictions.logits(), prediction * vocabSize + start, n);
      }
      for (int token : query.suppressed()) {
        if (token >= start && token < start + n) {
          tile[at + token - start] = Float.NEGATIVE_INFINITY;
        }
      }
      int asked = query.asked(prediction);
      if (asked >= start && asked < start + n) {
        askedLogits[from + r] = tile[at + asked - start];
      }
      statistics.collect(
          kernels.row(),
          from + r,
          part,
          tile,
          at,
          n,
          query.temperature(),
          query.temperature() > 0 ? query.noiseKey(prediction) : 0,
          sums[worker]);
    }
  }
}
