package org.unmask.decode.certify;

import java.util.Arrays;
import java.util.List;
import org.unmask.decode.Noise;
import org.unmask.model.AttentionMask;
import org.unmask.model.Conditioning;
import org.unmask.model.Denoiser;
import org.unmask.model.KvCache;
import org.unmask.model.Predictions;
import org.unmask.model.Query;
import org.unmask.model.TokenCache;

/**
 * A network of a handful of tokens whose logits are pseudo-random functions of what a row sees, by
 * rotary position. It has a cache, masks, skipped layers and hidden states as real ones do, so that
 * the whole decoder can be sampled in microseconds.
 */
final class ToyNetwork implements Denoiser {

  private static final int LAYERS = 8;

  private final int tokens;
  private final Conditioning conditioning;
  private final long seed;
  private final long otherSeed;
  private final double difference;

  /**
   * Makes a network.
   *
   * @param tokens ordinary tokens; the mask token is one more
   * @param seed of the logits
   * @param otherSeed of what is added to them
   * @param difference how much is added; networks that differ by it draft for each other
   */
  ToyNetwork(int tokens, Conditioning conditioning, long seed, long otherSeed, double difference) {
    this.tokens = tokens;
    this.conditioning = conditioning;
    this.seed = seed;
    this.otherSeed = otherSeed;
    this.difference = difference;
  }

  @Override
  public int vocabSize() {
    return tokens + 1;
  }

  @Override
  public int maskId() {
    return tokens;
  }

  @Override
  public int shift() {
    return conditioning.isCausal() ? 1 : 0;
  }

  @Override
  public Conditioning conditioning() {
    return conditioning;
  }

  @Override
  public int layers() {
    return LAYERS;
  }

  @Override
  public KvCache newCache(int slots) {
    return new TokenCache(slots);
  }

  @Override
  public void forward(List<Query> queries) {
    queries.forEach(this::forward);
  }

  private void forward(Query query) {
    TokenCache cache = TokenCache.of(query);
    Predictions out = query.predictions();
    out.reset(query.predictedCount(), query.wantsLogits() ? vocabSize() : 0);
    if (query.wantsHidden()) {
      Arrays.fill(out.resetHidden(query.predictedCount(), ToyHeads.HIDDEN), 0f);
    }
    boolean isReduced = !query.skipped().attention().isEmpty();
    float[] logits = new float[vocabSize()];
    for (int i = 0; i < query.predictedCount(); i++) {
      int row = query.predictedRow(i);
      int source = query.isUnshifted() ? row : Math.max(0, row - shift());
      long seen = seen(query, source, cache);
      logits(seen, isReduced ? 0.5 : 0, logits);
      if (query.wantsLogits()) {
        System.arraycopy(logits, 0, out.logits(), i * vocabSize(), vocabSize());
      }
      describe(query, i, logits, out);
    }
  }

  private void logits(long seen, double reduction, float[] logits) {
    for (int v = 0; v < logits.length; v++) {
      double own = Noise.gumbel(seed ^ seen, v);
      double other = difference * Noise.gumbel(otherSeed ^ seen, v);
      double less = reduction * Noise.gumbel((seed + 1) ^ seen, v);
      logits[v] = (float) (own + other + less);
    }
  }

  private AttentionMask usualMask() {
    return conditioning.isCausal() ? new AttentionMask.Causal() : new AttentionMask.Full();
  }

  /** Sums up what a row sees, in whatever slots it lies. */
  private long seen(Query query, int row, TokenCache cache) {
    // what the token that is asked about is called: the next one, or the one in the row
    long sum = 31L * (query.position(row) + shift());
    for (int slot = 0; slot < query.keyCount(); slot++) {
      // a mask says nothing but that it is there
      if (cache.shows(query, row, slot, usualMask())) {
        sum += Noise.key(cache.id(slot), cache.position(slot), 0, 0, Noise.Purpose.TOKEN);
      }
    }
    return sum;
  }

  private void describe(Query query, int i, float[] logits, Predictions out) {
    double max = Double.NEGATIVE_INFINITY;
    int best = -1;
    for (int suppressed : query.suppressed()) {
      logits[suppressed] = Float.NEGATIVE_INFINITY; // copied out before, if wanted
    }
    for (int v = 0; v < logits.length; v++) {
      if (best < 0 || logits[v] > max) {
        best = v;
        max = logits[v];
      }
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - max);
    }
    out.set(i, best, 1 / sum, 1 / sum, 0, 0);
  }
}
