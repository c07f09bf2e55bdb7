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
 * ASSD (arXiv 2504.20456): an any-subset autoregressive model drafts the next few places at once,
 * each from what is known, then scores its draft in one pass, in which each place sees the places
 * before it in the order.
 *
 * <p>The first draft token has the same law in both passes and is always accepted, so a round of
 * two passes places at least two tokens. The last place, and a first token that ends the text, need
 * no second pass. There is no token behind a draft that is accepted as a whole.
 */
public final class SelfParallelDrafter implements Drafter, Verifier {

  private static final int ABSENT = Integer.MAX_VALUE;

  private final Query query;
  private final Warp warp;
  private final IntPredicate isEnd;
  private final int maskId;
  private final int vocabSize;
  private final int length;
  private final int querySlots;
  private final int[] ranks;
  private int nextRank = 1;
  private boolean isFirst = true;
  private boolean isDrafted;
  private int[] places = {};
  private double[][] laws = {};
  private int[] drafted = {};
  private double[] confidence = {};
  private double[][] scored = {};

  /**
   * Makes drafter and verifier of one sequence.
   *
   * @param network any-subset
   * @param limit most tokens of the sequence
   * @param length tokens of a draft, k
   * @param warp how laws are made
   * @param isEnd tells the tokens that end a text
   */
  public SelfParallelDrafter(
      Denoiser network, int limit, int length, Warp warp, IntPredicate isEnd) {
    querySlots = Math.ceilDiv(limit, KvCache.LANES) * KvCache.LANES;
    ranks = new int[querySlots + KvCache.LANES * (length + 1)];
    Arrays.fill(ranks, ABSENT);
    query = new Query(network.newCache(ranks.length)).unshifted(true).wantLogits(!warp.isGreedy());
    query.suppress(network.maskId());
    maskId = network.maskId();
    vocabSize = network.vocabSize();
    this.warp = warp;
    this.isEnd = isEnd;
    this.length = length;
  }

  @Override
  public Proposal proposal() {
    return Proposal.INDEPENDENT;
  }

  /** Asks for the draft pass: what is newly known, and a slot for each place. */
  @Override
  public boolean plan(Text text, int most, ForwardCalls calls) {
    if (isDrafted) {
      return false;
    }
    places = open(text);
    int[] fresh = fresh(text);
    for (int position : fresh) {
      ranks[position] = isFirst ? 0 : nextRank++;
    }
    isFirst = false;
    int[] thresholds = new int[places.length];
    Arrays.fill(thresholds, nextRank);
    calls.main(pass(text.tokens(), fresh, thresholds));
    return true;
  }

  private int[] open(Text text) {
    int[] open = new int[length];
    int count = 0;
    for (int p = text.length(); p < text.limit() && count < length; p++) {
      if (text.tokens()[p] == maskId) {
        open[count++] = p;
      }
    }
    return Arrays.copyOf(open, count);
  }

  private int[] fresh(Text text) {
    int[] fresh = new int[text.limit()];
    int count = 0;
    for (int p = 0; p < text.limit(); p++) {
      if (text.tokens()[p] != maskId && ranks[p] == ABSENT) {
        fresh[count++] = p;
      }
    }
    return Arrays.copyOf(fresh, count);
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

  @Override
  public void absorb(Text text, Chance chance) {
    isDrafted = true;
    laws = laws();
    drafted = new int[places.length];
    confidence = new double[places.length];
    for (int i = 0; i < places.length; i++) {
      drafted[i] = chance.draw(laws[i], places[i]);
      confidence[i] = query.predictions().confidence(i);
    }
  }

  private double[][] laws() {
    Predictions predictions = query.predictions();
    double[][] laws = new double[places.length][];
    for (int i = 0; i < places.length; i++) {
      laws[i] =
          warp.isGreedy()
              ? Warp.certain(predictions.token(i), vocabSize)
              : warp.law(predictions, i);
    }
    return laws;
  }

  @Override
  public Draft propose(Text text, int most, Chance chance) {
    isDrafted = false;
    int[] parents = new int[places.length];
    Arrays.setAll(parents, i -> i - 1);
    return new Draft(drafted, parents, places, laws, proposal());
  }

  /** Asks for the density pass: the draft as content, each place's slot before its rank. */
  @Override
  public @Nullable Query plan(Text text, Draft draft) {
    if (draft.size() == 1 || isEnd.test(draft.tokens()[0])) {
      scored = new double[][] {laws[0]};
      return null;
    }
    int[] tokens = text.tokens().clone();
    int[] thresholds = new int[places.length];
    for (int i = 0; i < places.length; i++) {
      tokens[places[i]] = draft.tokens()[i];
      ranks[places[i]] = nextRank + i;
      thresholds[i] = nextRank + i;
    }
    scored = new double[0][];
    return pass(tokens, places, thresholds);
  }

  @Override
  public Scores scores() {
    boolean isOnePass = scored.length == 1;
    if (!isOnePass) {
      scored = laws();
    }
    return new Scores() {
      @Override
      public boolean has(int node) {
        return node + 1 < scored.length;
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
        Predictions predictions = query.predictions();
        if (isOnePass) {
          return confidence[0];
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
    for (int i = 0; i < places.length; i++) {
      boolean isKept = i < commit.path().length && scored.length > 1;
      if (!isKept) {
        ranks[places[i]] = ABSENT;
      }
    }
    nextRank += scored.length > 1 ? commit.path().length : 0;
  }
}
