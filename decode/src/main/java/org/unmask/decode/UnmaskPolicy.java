package org.unmask.decode;

/**
 * Chooses which masked positions to unmask.
 *
 * <p>Records that hold parameters only are shared freely; a policy that remembers something between
 * steps belongs to one sequence. Policies never touch the canvas.
 */
interface UnmaskPolicy {

  /** Which positions a policy needs predictions for. */
  enum Scope {
    /** The masked positions before the end of the block. */
    CANDIDATES,
    /** Also the block's positions that are no masks. */
    BLOCK,
    /** All masked positions of the canvas. */
    MASKS,
    /** Every position, prompt included. */
    ALL
  }

  /** Says which positions must be predicted. */
  default Scope scope() {
    return Scope.CANDIDATES;
  }

  /** Tells whether the logits of the predicted rows are needed. */
  default boolean wantsLogits() {
    return false;
  }

  /**
   * Chooses among the candidates of a step; there is at least one.
   *
   * @param step what is known
   * @param picks receives the rows chosen, at least one unless the rule says otherwise
   */
  void select(Step step, Picks picks);
}
