package org.unmask.decode;

/**
 * How far predictions made with cached keys and values are from those of the exact forward pass:
 * one without a cache over the same tokens, with the same attention mask.
 *
 * @param calls calls that were compared
 * @param unmeasured calls that read a cache but could not be compared, because their rows are not
 *     those of the canvas, such as drafts
 * @param rows predictions compared
 * @param flips those of them whose most probable token differs
 * @param logits logits compared, suppressed tokens left out
 * @param maxError greatest absolute difference of a logit
 * @param sumError sum of the absolute differences
 */
public record Staleness(
    int calls,
    int unmeasured,
    long rows,
    long flips,
    long logits,
    double maxError,
    double sumError) {

  /** Nothing compared. */
  public static final Staleness NONE = new Staleness(0, 0, 0, 0, 0, 0, 0);

  /** A call that reads a cache and cannot be compared. */
  static final Staleness UNMEASURED = new Staleness(0, 1, 0, 0, 0, 0, 0);

  /** Returns the mean absolute difference of a logit, 0 if none was compared. */
  public double meanError() {
    return logits == 0 ? 0 : sumError / logits;
  }

  /** Returns the sum over two steps. */
  public Staleness plus(Staleness other) {
    return new Staleness(
        calls + other.calls,
        unmeasured + other.unmeasured,
        rows + other.rows,
        flips + other.flips,
        logits + other.logits,
        Math.max(maxError, other.maxError),
        sumError + other.sumError);
  }
}
