package org.unmask.decode.speculative;

import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.unmask.model.AttentionMask;
import org.unmask.model.Denoiser;
import org.unmask.model.KvCache;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * Scores places in any order with an any-subset model: what is known is content, ranked in the
 * order in which it was placed, and each place asked about is a query slot that sees the ranks
 * below a threshold.
 *
 * <p>Content keeps its keys and values; slots are dropped after each pass. A slot lies behind all
 * content and agrees with its position modulo {@link KvCache#LANES}, so that its bits are those of
 * a pass with this slot alone.
 */
public final class AnyOrderVerifier implements Verifier {

  private static final int ABSENT = Integer.MAX_VALUE;

  private final Query query;
  private final Warp warp;
  private final IntPredicate isEnd;
  private final int maskId;
  private final int vocabSize;
  private final int querySlots;
  private final int[] ranks;
  private int nextRank = 1;
  private boolean isFirst = true;
  private boolean isKnown;
  private int[] places = {};
  private double[][] laws = {};
  private double firstConfidence;

  /**
   * Makes the verifier of one sequence.
   *
   * @param network any-subset
   * @param limit most tokens of the sequence
   * @param length most places of a pass
   * @param warp how laws are made
   * @param isEnd tells the tokens that end a text
   */
  public AnyOrderVerifier(Denoiser network, int limit, int length, Warp warp, IntPredicate isEnd) {
    querySlots = Math.ceilDiv(limit, KvCache.LANES) * KvCache.LANES;
    ranks = new int[querySlots + KvCache.LANES * (length + 1)];
    Arrays.fill(ranks, ABSENT);
    query = new Query(network.newCache(ranks.length)).unshifted(true).wantLogits(!warp.isGreedy());
    query.suppress(network.maskId());
    maskId = network.maskId();
    vocabSize = network.vocabSize();
    this.warp = warp;
    this.isEnd = isEnd;
  }

  /** Makes the query that asks about places given what is known alone. */
  Query draftPass(Text text, int[] asked) {
    places = asked;
    int[] fresh = new int[text.limit()];
    int count = 0;
    for (int p = 0; p < text.limit(); p++) {
      if (text.tokens()[p] != maskId && ranks[p] == ABSENT) {
        ranks[p] = isFirst ? 0 : nextRank++;
        fresh[count++] = p;
      }
    }
    isFirst = false;
    int[] thresholds = new int[places.length];
    Arrays.fill(thresholds, nextRank);
    return pass(text.tokens(), Arrays.copyOf(fresh, count), thresholds);
  }

  /** Returns the laws of the places of the last pass. */
  double[][] laws() {
    Predictions predictions = query.predictions();
    laws = new double[places.length][];
    for (int i = 0; i < places.length; i++) {
      laws[i] =
          warp.isGreedy()
              ? Warp.certain(predictions.token(i), vocabSize)
              : warp.law(predictions, i);
    }
    firstConfidence = predictions.confidence(0);
    return laws;
  }

  /** Lays out content rows, ranked already, and a query slot for each place. */
  private Query pass(int[] tokens, int[] content, int[] thresholds) {
    int rows = content.length + places.length;
    int[] ids = new int[rows];
    int[] positions = new int[rows];
    int[] slots = new int[rows];
    int[] seen = new int[rows];
    for (int r = 0; r < content.length; r++) {
      ids[r] = tokens[content[r]];
      positions[r] = content[r];
      slots[r] = content[r];
      seen[r] = ranks[content[r]] + 1;
    }
    BitSet used = new BitSet();
    int[] predicted = new int[places.length];
    for (int i = 0; i < places.length; i++) {
      int r = content.length + i;
      ids[r] = maskId;
      positions[r] = places[i];
      slots[r] = querySlots + places[i] % KvCache.LANES;
      while (used.get(slots[r])) {
        slots[r] += KvCache.LANES;
      }
      used.set(slots[r]);
      seen[r] = thresholds[i];
      predicted[i] = r;
    }
    return query
        .rows(ids, positions, slots, rows)
        .mask(new AttentionMask.RankOrder(ranks, seen, slots))
        .predict(predicted, predicted.length);
  }

  /**
   * Asks for the density pass: the draft as content, each place's slot before its rank. The last
   * place, and a first token that ends the text, have their law already.
   */
  @Override
  public @Nullable Query plan(Text text, Draft draft) {
    isKnown = draft.size() == 1 || isEnd.test(draft.tokens()[0]);
    if (isKnown) {
      return null;
    }
    int[] tokens = text.tokens().clone();
    int[] thresholds = new int[places.length];
    for (int i = 0; i < places.length; i++) {
      tokens[places[i]] = draft.tokens()[i];
      ranks[places[i]] = nextRank + i;
      thresholds[i] = nextRank + i;
    }
    return pass(tokens, places, thresholds);
  }

  @Override
  public Scores scores() {
    double[][] scored = isKnown ? new double[][] {laws[0]} : laws();
    Predictions predictions = query.predictions();
    return new Scores() {
      @Override
      public boolean has(int node) {
        return node + 1 < scored.length; // nothing is asked behind the last place
      }

      @Override
      public int position(int node) {
        return places[node + 1];
      }

      @Override
      public double[] after(int node) {
        return scored[node + 1];
      }

      @Override
      public double confidence(int node, int token) {
        if (isKnown) {
          return firstConfidence;
        }
        return token == predictions.token(node + 1)
            ? predictions.confidence(node + 1)
            : scored[node + 1][token];
      }
    };
  }

  /** Keeps the rows of accepted tokens; a token that was replaced is fed anew. */
  @Override
  public void keep(Text text, Draft draft, Commit commit) {
    int kept = isKnown ? 0 : commit.path().length;
    for (int i = kept; i < places.length; i++) {
      ranks[places[i]] = ABSENT;
    }
    nextRank += kept;
  }
}
