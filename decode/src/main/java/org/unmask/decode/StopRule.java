package org.unmask.decode;

/** Says when to end before the canvas is full. */
interface StopRule {

  /** Ends when the canvas is full and not before. */
  StopRule FULL = (step, edits) -> false;

  /** Tells, after a step, whether decoding is over. */
  boolean stops(Step step, Edits edits);
}
