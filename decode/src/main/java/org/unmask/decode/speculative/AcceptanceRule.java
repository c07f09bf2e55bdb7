package org.unmask.decode.speculative;

import java.util.Arrays;

/**
 * Says which of a draft's tokens are committed, and what follows them: at least one token whenever
 * the verifier scored one. A pure function of draft, scores and chance.
 */
public interface AcceptanceRule {

  /** Returns the rule's name, as {@code --rule} takes it. */
  String id();

  /** Tells what the rule does to drafts of a kind. */
  Exactness exactness(Proposal proposal);

  /**
   * Chooses the token that follows a node.
   *
   * @param law of the verifier
   * @param draft the tokens proposed
   * @param children those of them that would follow the node, maybe none
   * @param position of the token in the sequence
   * @param chance decides
   * @return a token; if a child carries it, the walk goes on there
   */
  int choose(double[] law, Draft draft, int[] children, int position, Chance chance);

  /** Walks down the draft as far as the chosen tokens lead. */
  default Commit accept(Draft draft, Scores scores, Chance chance) {
    int[] path = new int[draft.size()];
    int depth = 0;
    int node = -1;
    while (scores.has(node)) {
      int[] children = draft.children(node);
      int token = choose(scores.after(node), draft, children, scores.position(node), chance);
      int next = -1;
      for (int child : children) {
        if (draft.tokens()[child] == token) {
          next = child;
          break;
        }
      }
      if (next < 0) {
        return new Commit(Arrays.copyOf(path, depth), token);
      }
      path[depth++] = next;
      node = next;
    }
    return new Commit(Arrays.copyOf(path, depth), -1);
  }
}
