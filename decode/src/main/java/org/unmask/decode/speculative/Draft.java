package org.unmask.decode.speculative;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Proposed tokens as a tree: a chain is a tree without siblings, and slots in any order are a chain
 * whose positions are not consecutive.
 *
 * @param tokens one per node; parents come before their children
 * @param parents node of each node's parent, -1 for children of the committed text
 * @param positions position in the sequence that each node would fill
 * @param laws what each token was drawn from, or null for {@link Proposal#DETERMINISTIC} drafts
 * @param proposal how the tokens came about
 */
public record Draft(
    int[] tokens, int[] parents, int[] positions, double @Nullable [][] laws, Proposal proposal) {

  /** A draft without tokens: the pass scores what follows the committed text. */
  public static final Draft NONE =
      new Draft(new int[0], new int[0], new int[0], null, Proposal.DETERMINISTIC);

  /**
   * Makes a chain at consecutive positions.
   *
   * @param from position of the first token
   */
  public static Draft chain(int[] tokens, int from, double @Nullable [][] laws, Proposal proposal) {
    int[] parents = new int[tokens.length];
    int[] positions = new int[tokens.length];
    Arrays.setAll(parents, i -> i - 1);
    Arrays.setAll(positions, i -> from + i);
    return new Draft(tokens, parents, positions, laws, proposal);
  }

  /** Makes a chain that was not drawn. */
  public static Draft chain(int[] tokens, int from) {
    return chain(tokens, from, null, Proposal.DETERMINISTIC);
  }

  /** Returns how many tokens are proposed. */
  public int size() {
    return tokens.length;
  }

  /** Returns the children of a node, -1 for those of the committed text, in their order. */
  public int[] children(int node) {
    int count = 0;
    for (int parent : parents) {
      count += parent == node ? 1 : 0;
    }
    int[] found = new int[count];
    for (int i = 0, at = 0; at < count; i++) {
      if (parents[i] == node) {
        found[at++] = i;
      }
    }
    return found;
  }

  /** Returns the law a node was drawn from; that of a certain token if there is none. */
  public double[] law(int node, int vocabSize) {
    if (laws != null) {
      return laws[node];
    }
    double[] certain = new double[vocabSize];
    certain[tokens[node]] = 1;
    return certain;
  }

  /** Tells whether no node has a sibling. */
  public boolean isChain() {
    for (int i = 0; i < parents.length; i++) {
      if (parents[i] != i - 1) {
        return false;
      }
    }
    return true;
  }
}
