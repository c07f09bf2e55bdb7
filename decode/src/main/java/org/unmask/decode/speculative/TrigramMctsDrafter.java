package org.unmask.decode.speculative;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * ADED (arXiv 2407.12021): a trigram table that adapts to the text, and a tree of its likely
 * continuations found by Monte-Carlo tree search.
 *
 * <p>The table holds a corpus, if there is one, and what has been read since. The released code
 * weighs a trigram of the last 16 tokens again at every draft, so that its weight depends on how
 * often drafting happens; here each is weighed once unless asked otherwise.
 */
public final class TrigramMctsDrafter implements Drafter {

  private static final int ITERATIONS = 150;
  private static final int DEPTH = 4;
  private static final int WINDOW = 16;
  private static final double C1 = 32;
  private static final double C2 = 8;

  private final TrigramTable table;
  private final int choices;
  private final boolean isReleased;
  private int learned = 2;

  /**
   * Makes the drafter of one sequence.
   *
   * @param table adapts to the text
   * @param choices most nodes of a tree; 24 in the paper
   * @param isReleased whether recent trigrams are weighed again at every draft, as in the released
   *     code
   */
  public TrigramMctsDrafter(TrigramTable table, int choices, boolean isReleased) {
    this.table = table;
    this.choices = choices;
    this.isReleased = isReleased;
  }

  @Override
  public Proposal proposal() {
    return Proposal.DETERMINISTIC;
  }

  @Override
  public Draft propose(Text text, int most, Chance chance) {
    learn(text);
    if (text.length() < 2 || most == 0) {
      return Draft.NONE;
    }
    int[] tokens = text.tokens();
    Node root = new Node(null, -1, 0);
    root.before = tokens[text.length() - 2];
    root.token = tokens[text.length() - 1];
    for (int i = 0; i < ITERATIONS; i++) {
      search(root, Math.min(DEPTH, most), chance, text.length());
    }
    return tree(root, text.length(), Math.min(DEPTH + 1, most));
  }

  private void learn(Text text) {
    int from = isReleased ? Math.max(2, Math.min(learned, text.length() - WINDOW + 2)) : learned;
    int[] tokens = text.tokens();
    for (int i = from; i < text.length(); i++) {
      table.adapt(tokens[i - 2], tokens[i - 1], tokens[i], i >= learned);
    }
    learned = text.length();
  }

  /** One iteration: select, expand, roll out, back up. */
  private void search(Node root, int depth, Chance chance, int position) {
    Node leaf = root;
    while (!leaf.children.isEmpty()) {
      leaf = leaf.best();
    }
    if (leaf.depth < depth && leaf.expand(table)) {
      leaf = leaf.children.getLast();
    }
    double score = 1;
    for (Node node = leaf; node.parent != null; node = node.parent) {
      score += node.weight;
    }
    int before = leaf.before;
    int last = leaf.token;
    TrigramTable.Entry entry = table.find(before, last);
    for (int d = leaf.depth; d < depth && entry != null; d++) {
      double[] weights = new double[entry.count];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = entry.weights[i];
      }
      int drawn = chance.draw(weights, position);
      score += entry.weights[drawn];
      before = last;
      last = entry.tokens[drawn];
      entry = table.find(before, last);
    }
    for (Node node = leaf; node != null; node = node.parent) {
      node.visits++;
      node.sum += score;
    }
  }

  /** Takes the most visited nodes, with their ancestors, and the best successor of each. */
  private Draft tree(Node root, int position, int depth) {
    List<Node> all = new ArrayList<>();
    root.collect(all);
    all.sort( // a parent is never visited less than its child, and comes before it
        Comparator.comparingInt((Node node) -> -node.visits)
            .thenComparingInt(node -> node.depth)
            .thenComparingInt(node -> node.token));
    List<Node> kept = new ArrayList<>();
    root.index = -1;
    for (Node node : all) {
      if (kept.size() < choices && (node.parent == root || node.parent.index >= 0)) {
        node.index = kept.size();
        kept.add(node);
      }
    }
    for (int i = 0; i < kept.size() && kept.size() < choices; i++) {
      Node node = kept.get(i);
      TrigramTable.Entry entry = node.depth < depth ? table.find(node.before, node.token) : null;
      if (entry != null && node.children.isEmpty()) {
        Node next = new Node(node, entry.tokens[0], entry.weights[0]);
        next.index = kept.size();
        kept.add(next);
      }
    }
    int[] tokens = new int[kept.size()];
    int[] parents = new int[tokens.length];
    int[] positions = new int[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      Node node = kept.get(i);
      tokens[i] = node.token;
      parents[i] = node.parent == root ? -1 : node.parent.index;
      positions[i] = position + node.depth - 1;
    }
    return new Draft(tokens, parents, positions, null, proposal());
  }

  /** A state of the search: the token reached and the one before it. */
  private static final class Node {
    private final @Nullable Node parent;
    private final double weight;
    private final int depth;
    private final List<Node> children = new ArrayList<>();
    private int before;
    private int token;
    private int visits;
    private double sum;
    private int index = -2;

    Node(@Nullable Node parent, int token, double weight) {
      this.parent = parent;
      this.token = token;
      this.weight = weight;
      depth = parent == null ? 0 : parent.depth + 1;
      before = parent == null ? -1 : parent.token;
    }

    boolean expand(TrigramTable table) {
      TrigramTable.Entry entry = table.find(before, token);
      for (int i = 0; entry != null && i < entry.count; i++) {
        children.add(new Node(this, entry.tokens[i], entry.weights[i]));
      }
      return !children.isEmpty();
    }

    /** Returns the child of the highest bound; one never visited first. */
    Node best() {
      Node best = children.getFirst();
      double highest = Double.NEGATIVE_INFINITY;
      double factor = C1 + StrictMath.log((visits + C2 + 1) / C2);
      for (Node child : children) {
        double bound =
            child.visits == 0
                ? Double.POSITIVE_INFINITY
                : child.sum / child.visits
                    + factor * child.weight * Math.sqrt(visits) / (1 + child.visits);
        if (bound > highest) {
          highest = bound;
          best = child;
        }
      }
      return best;
    }

    void collect(List<Node> to) {
      for (Node child : children) {
        if (child.visits > 0) {
          to.add(child);
          child.collect(to);
        }
      }
    }
  }
}
