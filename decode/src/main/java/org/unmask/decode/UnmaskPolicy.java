package org.unmask.decode;

import org.jspecify.annotations.Nullable;
import org.unmask.model.SoftTokens;

/**
 * Chooses which masked positions to unmask.
 *
 * <p>Records that hold parameters only are shared freely; a policy that remembers something between
 * steps belongs to one sequence. Policies never touch the canvas.
 */
interface UnmaskPolicy {

  /**
   * Tells whether a position must be predicted; by default if it may be unmasked now.
   *
   * @param step where decoding stands; its predictions are those of the call before
   * @param position on the canvas
   */
  default boolean predicts(Step step, int position) {
    return position < step.blockEnd() && step.canvas().isMasked(position);
  }

  /** Tells whether the logits of the predicted rows are needed. */
  default boolean wantsLogits() {
    return false;
  }

  /** Returns over how many last layers attention is to be averaged, 0 if it is not needed. */
  default int attentionLayersWanted() {
    return 0;
  }

  /** Returns the rows of the next call that are fed as sums of embeddings, or null for none. */
  default @Nullable SoftTokens softTokens(Step step) {
    return null;
  }

  /**
   * Chooses among the candidates of a step; there is at least one.
   *
   * @param step what is known
   * @param picks receives the rows chosen, at least one unless the rule says otherwise
   */
  void select(Step step, Picks picks);
}
