package org.unmask.decode.speculative;

import java.util.Arrays;
import java.util.BitSet;
import org.unmask.model.AttentionMask;
import org.unmask.model.Denoiser;
import org.unmask.model.KvCache;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * Scores chains and trees with a causal network and a cache of keys and values.
 *
 * <p>A node of a tree lies in a slot that agrees with its position modulo {@link KvCache#LANES} and
 * above its parent's, so its scores have the bits of a plain pass over its root path. After a
 * commit the path's rows move to the slots of their positions; all others are dropped.
 */
public final class CausalVerifier implements Verifier {

  private final KvCache cache;
  private final Query query;
  private final Warp warp;
  private final int vocabSize;
  private final boolean tapsHidden;
  private final int scratch;
  private int cached;
  private int lead;
  private int start;
  private int[] slots = {};
  private Draft draft = Draft.NONE;
  private double[][] laws = {};

  /**
   * Makes the verifier of one sequence.
   *
   * @param network causal
   * @param limit most tokens of the sequence
   * @param most most nodes of a draft
   * @param warp how laws are made
   * @param suppressed token that is never proposed, or -1
   * @param tapsHidden whether hidden states are wanted
   * @param scratchSlots slots of the cache left to others
   */
  public CausalVerifier(
      Denoiser network,
      int limit,
      int most,
      Warp warp,
      int suppressed,
      boolean tapsHidden,
      int scratchSlots) {
    // a node may have to go so far up that its slot agrees with its position
    scratch = limit + KvCache.LANES * (most + 1);
    cache = network.newCache(scratch + scratchSlots);
    query = new Query(cache).unshifted(true).wantLogits(!warp.isGreedy()).wantHidden(tapsHidden);
    if (suppressed >= 0) {
      query.suppress(suppressed);
    }
    this.warp = warp;
    this.tapsHidden = tapsHidden;
    vocabSize = network.vocabSize();
  }

  /** Returns the cache, whose slots [0, committed) hold the text but for its last token. */
  public KvCache cache() {
    return cache;
  }

  /** Returns the first slot of the cache that is left to others. */
  public int scratch() {
    return scratch;
  }

  /** Returns the query of the last pass. */
  public Query query() {
    return query;
  }

  /** Returns the prediction of a node, -1 for the committed text. */
  public int row(int node) {
    return tapsHidden && node < 0 ? lead - 1 : node + (tapsHidden ? lead : 1);
  }

  @Override
  public Query plan(Text text, Draft draft) {
    this.draft = draft;
    lead = text.length() - cached;
    start = text.length();
    int rows = lead + draft.size();
    int[] ids = new int[rows];
    int[] positions = new int[rows];
    int[] parents = new int[rows];
    slots = new int[rows];
    for (int r = 0; r < lead; r++) {
      ids[r] = text.tokens()[cached + r];
      positions[r] = cached + r;
      slots[r] = cached + r;
      parents[r] = -1;
    }
    BitSet used = new BitSet();
    int keys = start;
    for (int node = 0; node < draft.size(); node++) {
      int r = lead + node;
      int parent = draft.parents()[node];
      ids[r] = draft.tokens()[node];
      positions[r] = draft.positions()[node];
      parents[r] = parent < 0 ? -1 : lead + parent;
      slots[r] = positions[r];
      while (used.get(slots[r]) || (parent >= 0 && slots[r] < slots[lead + parent])) {
        slots[r] += KvCache.LANES;
      }
      used.set(slots[r]);
      keys = Math.max(keys, slots[r] + 1);
    }
    // all rows when hidden states are wanted, else those that say what follows
    int first = tapsHidden ? 0 : lead - 1;
    int[] predicted = new int[rows - first];
    Arrays.setAll(predicted, i -> first + i);
    query
        .rows(ids, positions, slots, rows)
        .keys(keys)
        .mask(
            draft.isChain()
                ? new AttentionMask.Causal()
                : new AttentionMask.Tree(start, slots, parents))
        .predict(predicted, predicted.length);
    laws = new double[draft.size() + 1][];
    return query;
  }

  @Override
  public Scores scores() {
    Predictions predictions = query.predictions();
    return new Scores() {
      @Override
      public boolean has(int node) {
        return true;
      }

      @Override
      public int position(int node) {
        return node < 0 ? start : draft.positions()[node] + 1;
      }

      @Override
      public double[] after(int node) {
        if (laws[node + 1] == null) {
          laws[node + 1] =
              warp.isGreedy()
                  ? Warp.certain(predictions.token(row(node)), vocabSize)
                  : warp.law(predictions, row(node));
        }
        return laws[node + 1];
      }

      @Override
      public double confidence(int node, int token) {
        return token == predictions.token(row(node))
            ? predictions.confidence(row(node))
            : after(node)[token];
      }
    };
  }

  @Override
  public void keep(Text text, Draft draft, Commit commit) {
    int to = start;
    for (int node : commit.path()) {
      int from = slots[lead + node];
      if (from != to) {
        cache.copy(from, to);
      }
      to++;
    }
    cached = to; // the extra token is fed by the next pass
  }
}
