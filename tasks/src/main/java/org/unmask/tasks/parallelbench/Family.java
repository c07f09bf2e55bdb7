package org.unmask.tasks.parallelbench;

/** The groups into which the paper sorts its tasks, and our additions. */
public enum Family {
  /** Lists of people at a service desk. */
  WAITING_LINE,
  /** Summaries, paraphrases, sentences from words; scored by grammar. */
  TEXT,
  /** Latin square and sudoku. */
  PUZZLE,
  /** Bare list operations over letters or words, without a story. */
  LIST_OPERATION
}
