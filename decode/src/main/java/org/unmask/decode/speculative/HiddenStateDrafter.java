package org.unmask.decode.speculative;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unmask.model.AttentionMask;
import org.unmask.model.DraftHeads;
import org.unmask.model.KvCache;

/**
 * Chimera (arXiv 2402.15758): a small network drafts from the hidden states that verification
 * leaves behind, a chain of most probable tokens or a tree.
 *
 * <p>In the tree a node whose ranks among its siblings, from 0, sum to r up to the root has ⌊3 / (r
 * + 1)⌋ children: 24 nodes with four heads. The layer's slots for drafted tokens lie behind those
 * of the verified text and are written anew at every draft.
 */
public final class HiddenStateDrafter implements Drafter {

  /** What is drafted. */
  public enum Shape {
    /** One token per head. */
    CHAIN,
    /** Siblings too. */
    TREE,
    /** A chain by heads that see the last verified state alone, as Medusa's do. */
    BLIND_CHAIN
  }

  private static final int ROOT_CHILDREN = 3;

  private final DraftHeads heads;
  private final CausalVerifier verifier;
  private final Shape shape;
  private final boolean carriesLaws;
  private final KvCache cache;
  private final int draftSlots;
  private final float[] state;
  private int passes;
  private int remembered;

  /**
   * Makes the drafter of one sequence.
   *
   * @param heads of the verifier's network
   * @param verifier taps hidden states
   * @param limit most tokens of the sequence
   * @param shape of the drafts
   * @param carriesLaws whether tokens carry the heads' laws as if they had been drawn
   */
  public HiddenStateDrafter(
      DraftHeads heads, CausalVerifier verifier, int limit, Shape shape, boolean carriesLaws) {
    this.heads = heads;
    this.verifier = verifier;
    this.shape = shape;
    this.carriesLaws = carriesLaws;
    draftSlots = limit;
    cache = heads.newCache(limit + 64);
    state = new float[heads.hiddenSize()];
  }

  @Override
  public Proposal proposal() {
    return carriesLaws ? Proposal.TOP_K : Proposal.DETERMINISTIC;
  }

  /** A drafted token. */
  private record Node(int parent, int token, int rankSum, int row) {}

  @Override
  public Draft propose(Text text, int most, Chance chance) {
    passes = 0;
    if (remembered == 0 || text.length() < 3) {
      return Draft.NONE; // no state yet
    }
    List<Node> nodes = new ArrayList<>();
    List<double[]> laws = new ArrayList<>();
    List<Integer> rowParents = new ArrayList<>(); // of the layer's rows, slot after slot
    int from = 0; // first node of the level
    for (int level = 0; level < Math.min(most, heads.heads()); level++) {
      int to = nodes.size();
      List<Integer> expanded = new ArrayList<>(); // nodes, -1 for the text
      for (int node = level == 0 ? -1 : from; node < (level == 0 ? 0 : to); node++) {
        if (children(node < 0 ? 0 : nodes.get(node).rankSum()) > 0) {
          expanded.add(node);
        }
      }
      if (expanded.isEmpty()) {
        break;
      }
      float[] logits = logits(text, level, expanded, nodes, rowParents);
      from = to;
      for (int i = 0; i < expanded.size(); i++) {
        int parent = expanded.get(i);
        int sum = parent < 0 ? 0 : nodes.get(parent).rankSum();
        float[] row =
            Arrays.copyOfRange(logits, i * heads.vocabSize(), (i + 1) * heads.vocabSize());
        double[] law = carriesLaws ? Tops.softmax(row) : new double[0];
        for (int rank = 0; rank < children(sum); rank++) {
          int best = Tops.best(row);
          row[best] = Float.NEGATIVE_INFINITY;
          nodes.add(new Node(parent, best, sum + rank, rowParents.size() - expanded.size() + i));
          laws.add(law);
        }
      }
    }
    return draft(text, nodes, laws);
  }

  @Override
  public int passes() {
    return passes;
  }

  private int children(int rankSum) {
    return shape == Shape.TREE ? ROOT_CHILDREN / (rankSum + 1) : 1;
  }

  /** Runs one head over the nodes of a level. */
  private float[] logits(
      Text text, int level, List<Integer> expanded, List<Node> nodes, List<Integer> rowParents) {
    passes++;
    float[] logits = new float[expanded.size() * heads.vocabSize()];
    if (shape == Shape.BLIND_CHAIN) {
      heads.draftBlindly(level, state, logits);
      rowParents.add(-1);
      return logits;
    }
    int before = rowParents.size();
    int rows = expanded.size();
    int[] trigrams = new int[3 * rows];
    int[] positions = new int[rows];
    int[] slots = new int[rows];
    for (int i = 0; i < rows; i++) {
      int node = expanded.get(i);
      int at = text.length() - 1;
      int parent = node;
      for (int w = 2; w >= 0; w--) {
        trigrams[3 * i + w] = parent >= 0 ? nodes.get(parent).token() : text.tokens()[at--];
        parent = parent >= 0 ? nodes.get(parent).parent() : -1;
      }
      positions[i] = text.length() - 1 + level;
      slots[i] = draftSlots + before + i;
      rowParents.add(node < 0 ? -1 : nodes.get(node).row());
    }
    int known = remembered;
    AttentionMask.Explicit mask =
        (row, slot) -> {
          int at = before + row;
          while (at >= 0 && draftSlots + at != slot) {
            at = rowParents.get(at);
          }
          return slot < draftSlots ? slot < known : at >= 0;
        };
    int keys = draftSlots + rowParents.size();
    heads.draft(cache, level, trigrams, positions, slots, keys, mask, state, logits);
    return logits;
  }

  private Draft draft(Text text, List<Node> nodes, List<double[]> laws) {
    int[] tokens = new int[nodes.size()];
    int[] parents = new int[tokens.length];
    int[] positions = new int[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = nodes.get(i).token();
      parents[i] = nodes.get(i).parent();
      positions[i] = parents[i] < 0 ? text.length() : positions[parents[i]] + 1;
    }
    return new Draft(
        tokens, parents, positions, carriesLaws ? laws.toArray(double[][]::new) : null, proposal());
  }

  /** Takes in the states of what was verified: the rows fed first, and the accepted path. */
  @Override
  public void observe(Text text, Draft draft, Commit commit) {
    int d = heads.hiddenSize();
    float[] hidden = verifier.query().predictions().hidden();
    int lead = verifier.row(-1) + 1;
    int[] rows = new int[lead + commit.path().length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i < lead ? i : verifier.row(commit.path()[i - lead]);
    }
    float[] states = new float[rows.length * d];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(hidden, rows[i] * d, states, i * d, d);
    }
    heads.remember(cache, remembered, states, 0, rows.length);
    remembered += rows.length;
    System.arraycopy(states, (rows.length - 1) * d, state, 0, d);
  }
}
