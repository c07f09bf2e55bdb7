package org.unmask.decode.speculative;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
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
  private boolean isDrafted;
  private boolean isKnown;
  private int[] places = {};
  private double[][] laws = {};

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
    maskId = network.maskId();
    query = new Query(network.newCache(ranks.length)).unshifted(true).suppress(maskId);
    query.wantLogits(!warp.isGreedy());
    vocabSize = network.vocabSize();
    this.warp = warp;
    this.isEnd = isEnd;
  }

  /** Tells whether a place has a token. */
  boolean isPlaced(Text text, int place) {
    return text.tokens()[place] != maskId;
  }

  /** Returns the next places that have none. */
  int[] open(Text text, int most) {
    return IntStream.range(text.length(), text.limit())
        .filter(place -> !isPlaced(text, place))
        .limit(most)
        .toArray();
  }

  /** Makes the query that asks about places given what is known alone. */
  Query draftPass(Text text, int[] asked) {
    places = asked;
    isDrafted = true;
    return pass(text.tokens(), fresh(text), 0);
  }

  /** Ranks the known places that no pass has fed yet, and returns them. */
  private int[] fresh(Text text) {
    int[] fresh =
        IntStream.range(0, text.limit())
            .filter(place -> isPlaced(text, place) && ranks[place] == ABSENT)
            .toArray();
    for (int place : fresh) {
      ranks[place] = isFirst ? 0 : nextRank++;
    }
    isFirst = false;
    return fresh;
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
    return laws;
  }

  /**
   * Lays out content rows, ranked already, and a query slot for each place.
   *
   * @param step what each slot's threshold is above the one before
   */
  private Query pass(int[] tokens, int[] content, int step) {
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
    int[] used = new int[KvCache.LANES];
    for (int i = 0; i < places.length; i++) {
      int r = content.length + i;
      int lane = places[i] % KvCache.LANES;
      ids[r] = maskId;
      positions[r] = places[i];
      slots[r] = querySlots + lane + KvCache.LANES * used[lane]++;
      seen[r] = nextRank + step * i;
    }
    return query
        .rows(ids, positions, slots, rows)
        .mask(new AttentionMask.RankOrder(ranks, seen, slots))
        .predict(IntStream.range(content.length, rows).toArray(), places.length);
  }

  /**
   * Asks for the density pass: the draft as content, each place's slot before its rank. After a
   * draft pass the last place, and a first token that ends the text, have their law already.
   */
  @Override
  public @Nullable Query plan(Text text, Draft draft) {
    isKnown = isDrafted && (draft.size() == 1 || isEnd.test(draft.tokens()[0]));
    isDrafted = false;
    if (isKnown) {
      return null;
    }
    int[] fresh = fresh(text); // none after a draft pass
    places = draft.positions();
    int[] tokens = text.tokens().clone();
    for (int i = 0; i < places.length; i++) {
      tokens[places[i]] = draft.tokens()[i];
      ranks[places[i]] = nextRank + i;
    }
    int[] content = IntStream.concat(Arrays.stream(fresh), Arrays.stream(places)).toArray();
    return pass(tokens, content, 1);
  }

  @Override
  public Scores scores() {
    Predictions predictions = query.predictions();
    double[][] scored = isKnown ? Arrays.copyOf(laws, 1) : laws();
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
