package org.unmask.model.transformer;

import java.util.List;
import org.unmask.model.Query;
import org.unmask.runtime.cache.KvStore;
import org.unmask.runtime.nn.Attention;
import org.unmask.runtime.nn.RowBlocks;

/**
 * Attention weights averaged over heads and the last layers, for queries that want them. Computed
 * beside the fused attention, in plain loops: they are needed by few decoding rules.
 */
final class AttentionMeans {

  private final TransformerConfig config;
  private float[][] sums = {};

  AttentionMeans(TransformerConfig config) {
    this.config = config;
  }

  /** Makes room for a forward call; tells whether any query wants attention. */
  boolean begin(List<Query> queries) {
    boolean isWanted = false;
    for (Query query : queries) {
      isWanted |= query.attentionLayers() > 0;
    }
    if (isWanted) {
      sums = new float[queries.size()][];
      for (int i = 0; i < sums.length; i++) {
        Query query = queries.get(i);
        sums[i] =
            query.attentionLayers() > 0
                ? query.predictions().resetAttention(query.rowCount(), query.keyCount())
                : new float[0];
      }
    }
    return isWanted;
  }

  /** Adds a layer's weights for the rows of a chunk. */
  void add(Query query, RowSet rows, int chunk, int layer, LayerSchedule.Call call) {
    int first = Math.max(0, config.numLayers() - query.attentionLayers());
    if (query.attentionLayers() == 0 || layer < first) {
      return;
    }
    float share = 1f / (config.numHeads() * (config.numLayers() - first));
    KvStore store = call.store(rows, chunk, layer);
    int base = call.base(rows, chunk);
    Attention.Visibility hides = call.hides(rows, chunk);
    float[] out = sums[rows.chunkQuery[chunk]];
    float[] weights = new float[query.keyCount()];
    for (int r = 0; r < rows.chunkCount[chunk]; r++) {
      int row = rows.chunkFrom[chunk] + r;
      int seen = rows.visible[row];
      int at = rows.queryRow[row] * query.keyCount();
      for (int h = 0; h < config.numHeads(); h++) {
        score(rows.q, row, store, h, base, seen, weights);
        for (int key = 0; hides != null && key < seen; key++) {
          if (!hides.sees(r, base + key)) {
            weights[key] = Float.NEGATIVE_INFINITY;
          }
        }
        float inverse = share / exponentials(weights, seen);
        for (int key = 0; key < seen; key++) {
          out[at + key] += weights[key] * inverse;
        }
      }
    }
  }

  private void score(
      RowBlocks q, int row, KvStore store, int head, int base, int seen, float[] weights) {
    int kvHead = head / (config.numHeads() / config.numKvHeads());
    int column = head * Attention.headStride(config.headDim());
    for (int key = 0; key < seen; key++) {
      float sum = 0;
      for (int d = 0; d < config.headDim(); d++) {
        float k = store.keys()[store.key(kvHead, base + key, d)];
        sum = Math.fma(q.data()[q.offset(row, column + d)], k, sum);
      }
      weights[key] = sum;
    }
  }

  /** Replaces scores by exp(score - max) and returns their sum. */
  private static float exponentials(float[] scores, int count) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      max = Math.max(max, scores[i]);
    }
    double sum = 0;
    for (int i = 0; i < count; i++) {
      scores[i] = (float) StrictMath.exp((double) scores[i] - max);
      sum += scores[i];
    }
    return (float) sum;
  }
}
