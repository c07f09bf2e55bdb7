package org.unmask.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.unmask.model.AttentionMask;
import org.unmask.model.Denoiser;
import org.unmask.model.KvCache;
import org.unmask.model.Predictions;
import org.unmask.model.Query;
import org.unmask.model.RowReuse;
import org.unmask.model.TokenCache;

/**
 * A network whose logits are a function of what a row sees: the tokens at the rotary positions they
 * were written with, whatever slot they are in. Stale cache entries are therefore seen as stale.
 */
final class ScriptedDenoiser implements Denoiser {

  /** Computes the logits of one row. */
  interface Script {

    /**
     * Fills logits.
     *
     * @param position rotary position of the predicted token
     * @param seen visible tokens by position up to the last, -1 where there is none
     * @param logits to fill
     */
    void logits(int position, int[] seen, float[] logits);
  }

  /** What one forward call was given. */
  record Call(List<Integer> rows, List<Integer> keys, List<Integer> predicted) {}

  private static final AttentionMask FULL = new AttentionMask.Full();

  private final int vocabSize;
  private final int maskId;
  private final int shift;
  private final Script script;
  final List<Call> calls = new ArrayList<>();
  private Consumer<Query> listener = query -> {};

  ScriptedDenoiser(int vocabSize, int maskId, int shift, Script script) {
    this.vocabSize = vocabSize;
    this.maskId = maskId;
    this.shift = shift;
    this.script = script;
  }

  /** Logits by position alone; the row is reused for every call. */
  static ScriptedDenoiser table(int maskId, float[]... rows) {
    return new ScriptedDenoiser(
        rows[0].length,
        maskId,
        0,
        (position, seen, logits) -> System.arraycopy(rows[position], 0, logits, 0, logits.length));
  }

  /** Logits that depend pseudo-randomly on everything seen; the larger the spread, the surer. */
  static ScriptedDenoiser random(long seed, int vocabSize, int shift, double spread) {
    int maskId = vocabSize - 1;
    return new ScriptedDenoiser(
        vocabSize,
        maskId,
        shift,
        (position, seen, logits) -> {
          long hash = seed + 31L * position;
          for (int i = 0; i < seen.length; i++) {
            hash = Noise.key(hash, i, seen[i], 0, Noise.Purpose.TOKEN);
          }
          for (int v = 0; v < logits.length; v++) {
            logits[v] = (float) (spread * Noise.gumbel(hash, v));
          }
        });
  }

  /** Logits whose most probable token at a position has the given probability. */
  static float[] row(int vocabSize, int token, double probability) {
    float[] row = new float[vocabSize];
    row[token] = (float) Math.log(probability * (vocabSize - 1) / (1 - probability));
    return row;
  }

  /** Shows every query before it is answered. */
  void onQuery(Consumer<Query> seen) {
    listener = seen;
  }

  @Override
  public int vocabSize() {
    return vocabSize;
  }

  @Override
  public int maskId() {
    return maskId;
  }

  @Override
  public int shift() {
    return shift;
  }

  @Override
  public KvCache newCache(int slots) {
    return new TokenCache(slots);
  }

  @Override
  public void forward(List<Query> queries) {
    calls.add(
        new Call(
            queries.stream().map(Query::rowCount).toList(),
            queries.stream().map(Query::keyCount).toList(),
            queries.stream().map(Query::predictedCount).toList()));
    queries.forEach(listener);
    queries.forEach(this::forward);
  }

  private void forward(Query query) {
    TokenCache cache =
        query.cache() instanceof TokenCache kept ? kept : new TokenCache(query.keyCount());
    boolean[] isComputed = computed(query, cache);
    for (int r = 0; r < query.rowCount(); r++) {
      if (isComputed[r]) {
        cache.write(query, r);
      }
    }
    Predictions out = query.predictions();
    out.reset(query.predictedCount(), query.wantsLogits() ? vocabSize : 0);
    if (query.attentionLayers() > 0) {
      int keys = query.keyCount();
      float[] attention = out.resetAttention(query.rowCount(), keys);
      for (int i = 0; i < query.rowCount() * keys; i++) {
        attention[i] = (float) Noise.uniform(cache.id(i % keys), i) / keys;
      }
    }
    float[] logits = new float[vocabSize];
    for (int i = 0; i < query.predictedCount(); i++) {
      int row = query.predictedRow(i);
      int source = query.isUnshifted() ? row : Math.max(0, row - shift);
      script.logits(query.position(row), seen(query, source, cache), logits);
      if (query.wantsLogits()) {
        System.arraycopy(logits, 0, out.logits(), i * vocabSize, vocabSize);
      }
      describe(query, i, logits, out);
    }
  }

  /** Of rows that are reused, those are computed first whose token is not the one stored. */
  private static boolean[] computed(Query query, TokenCache cache) {
    boolean[] isComputed = new boolean[query.rowCount()];
    RowReuse plan = query.reuse();
    int left = 0;
    if (plan != null) {
      plan.reset(2);
      left = plan.count();
    }
    for (int r = 0; r < isComputed.length; r++) {
      isComputed[r] = plan == null || plan.isFresh(r);
      if (!isComputed[r] && r >= plan.split() && cache.id(query.slot(r)) != query.id(r)) {
        isComputed[r] = left-- > 0;
      }
    }
    return isComputed;
  }

  /** Several tokens at one position, as of a shadow block, count together. */
  private static int[] seen(Query query, int row, TokenCache cache) {
    int last = -1;
    for (int slot = 0; slot < query.keyCount(); slot++) {
      last = cache.shows(query, row, slot, FULL) ? Math.max(last, cache.position(slot)) : last;
    }
    int[] seen = new int[last + 1];
    Arrays.fill(seen, -1);
    for (int slot = 0; slot < query.keyCount(); slot++) {
      if (cache.shows(query, row, slot, FULL)) {
        int position = cache.position(slot);
        seen[position] =
            seen[position] < 0 ? cache.id(slot) : seen[position] + 1000 * (1 + cache.id(slot));
      }
    }
    return seen;
  }

  private void describe(Query query, int i, float[] logits, Predictions out) {
    double[] row = new double[vocabSize];
    for (int v = 0; v < vocabSize; v++) {
      row[v] = logits[v];
    }
    for (int v : query.suppressed()) {
      row[v] = Double.NEGATIVE_INFINITY;
    }
    double[] noisy = row.clone();
    for (int v = 0; query.temperature() > 0 && v < vocabSize; v++) {
      noisy[v] += query.temperature() * Noise.gumbel(query.noiseKey(i), v);
    }
    Softmax.normalise(row, vocabSize);
    Softmax.describe(row, vocabSize, Softmax.argMax(noisy, vocabSize), out, i);
    if (query.asked(i) >= 0) {
      out.setAsked(i, row[query.asked(i)]);
    }
  }
}
