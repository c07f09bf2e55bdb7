package org.unmask.decode.speculative;

import java.util.Arrays;
import java.util.BitSet;
import org.unmask.model.AttentionMask;
import org.unmask.model.Denoiser;
import org.unmask.model.KvCache;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * SPACE (arXiv 2402.11809): one pass verifies the candidates and drafts the next ones. Behind the
 * text and behind each candidate stands a group of mask tokens, visible to itself only; the group
 * behind the last accepted candidate says what the next ones are.
 *
 * <p>A group has not seen the token that follows the accepted ones, so its laws are weaker but
 * depend on committed tokens only.
 */
public final class MaskGroupDrafter implements Drafter, Verifier {

  private final Query query;
  private final Warp warp;
  private final int maskId;
  private final int vocabSize;
  private final int length;
  private final int[] groups;
  private int cached;
  private int start;
  private int lead;
  private int size;
  private double[][] next = {};

  /**
   * Makes drafter and verifier of one sequence.
   *
   * @param network causal with mask groups
   * @param limit most tokens of the sequence
   * @param length masks of a group, k
   * @param warp how laws are made
   */
  public MaskGroupDrafter(Denoiser network, int limit, int length, Warp warp) {
    this.warp = warp;
    this.length = length;
    maskId = network.maskId();
    vocabSize = network.vocabSize();
    groups = new int[limit + KvCache.LANES * (length * (length + 1) + 2)];
    query = new Query(network.newCache(groups.length)).unshifted(true).wantLogits(!warp.isGreedy());
    query.suppress(maskId);
  }

  @Override
  public Proposal proposal() {
    return Proposal.INDEPENDENT;
  }

  @Override
  public Draft propose(Text text, int most, Chance chance) {
    int count = Math.min(most, next.length);
    int[] tokens = new int[count];
    for (int i = 0; i < count; i++) {
      tokens[i] = chance.draw(next[i], text.length() + i);
    }
    return Draft.chain(tokens, text.length(), Arrays.copyOf(next, count), proposal());
  }

  @Override
  public Query plan(Text text, Draft draft) {
    start = text.length();
    lead = start - cached;
    size = draft.size();
    int content = lead + size;
    int rows = content + (size + 1) * length;
    int[] ids = new int[rows];
    int[] positions = new int[rows];
    int[] slots = new int[rows];
    int[] context = new int[rows];
    int[] own = new int[rows];
    Arrays.fill(groups, AttentionMask.Groups.EMPTY);
    Arrays.fill(groups, 0, start + size, AttentionMask.Groups.CONTENT);
    for (int r = 0; r < content; r++) {
      int position = cached + r;
      ids[r] = position < start ? text.tokens()[position] : draft.tokens()[position - start];
      positions[r] = position;
      slots[r] = position;
      context[r] = position + 1;
      own[r] = AttentionMask.Groups.EMPTY - 1; // no group
    }
    BitSet used = new BitSet();
    for (int g = 0; g <= size; g++) {
      int above = start + size;
      for (int j = 0; j < length; j++) {
        int r = content + g * length + j;
        ids[r] = maskId;
        positions[r] = start + g + j;
        slots[r] = above + Math.floorMod(positions[r] - above, KvCache.LANES);
        while (used.get(slots[r])) {
          slots[r] += KvCache.LANES;
        }
        above = slots[r] + 1;
        used.set(slots[r]);
        groups[slots[r]] = g;
        context[r] = start + g;
        own[r] = g;
      }
    }
    int[] predicted = new int[rows - lead + 1];
    Arrays.setAll(predicted, i -> lead - 1 + i);
    return query
        .rows(ids, positions, slots, rows)
        .mask(new AttentionMask.Groups(groups, context, own, slots))
        .predict(predicted, predicted.length);
  }

  @Override
  public Scores scores() {
    return new Scores() {
      @Override
      public boolean has(int node) {
        return true;
      }

      @Override
      public int position(int node) {
        return start + node + 1;
      }

      @Override
      public double[] after(int node) {
        return law(node + 1);
      }

      @Override
      public double confidence(int node, int token) {
        Predictions predictions = query.predictions();
        return token == predictions.token(node + 1)
            ? predictions.confidence(node + 1)
            : law(node + 1)[token];
      }
    };
  }

  private double[] law(int row) {
    Predictions predictions = query.predictions();
    return warp.isGreedy()
        ? Warp.certain(predictions.token(row), vocabSize)
        : warp.law(predictions, row);
  }

  /** Keeps the accepted candidates' rows and reads the group behind the last of them. */
  @Override
  public void keep(Text text, Draft draft, Commit commit) {
    int accepted = commit.path().length;
    cached = start + accepted;
    next = new double[length][];
    for (int j = 0; j < length; j++) {
      next[j] = law(1 + size + accepted * length + j);
    }
  }

  @Override
  public String toString() {
    return "MaskGroupDrafter[length=" + length + "]";
  }
}
