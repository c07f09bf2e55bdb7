package org.unmask.decode.speculative;

/**
 * Proposes tokens for a verifier to check. Belongs to one sequence.
 *
 * <p>A drafter with a network asks for its forward calls one by one, so that they can be shared
 * with those of other sequences; one that needs none only proposes.
 */
public interface Drafter {

  /** Returns how this drafter's tokens come about, the same for every draft. */
  Proposal proposal();

  /**
   * Asks for the next forward call before the next draft.
   *
   * @param text what is committed
   * @param most tokens a draft may hold in depth, at least 0
   * @param calls receives the query
   * @return false if none is needed and nothing was added
   */
  default boolean plan(Text text, int most, ForwardCalls calls) {
    return false;
  }

  /** Acts on the predictions of the query planned last. */
  default void absorb(Text text, Chance chance) {}

  /**
   * Returns the draft.
   *
   * @param text what is committed
   * @param most tokens in depth, at least 0
   * @param chance draws what is drawn
   */
  Draft propose(Text text, int most, Chance chance);

  /** Returns the passes of a network of its own that the last draft took beside forward calls. */
  default int passes() {
    return 0;
  }

  /**
   * Learns what became of a draft.
   *
   * @param text what is committed now, the commit included
   */
  default void observe(Text text, Draft draft, Commit commit) {}
}
