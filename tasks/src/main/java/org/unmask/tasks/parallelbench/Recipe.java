package org.unmask.tasks.parallelbench;

/** How samples of a task are made when there is no data file for it. */
public sealed interface Recipe {

  /**
   * A list of distinct items and an operation on it.
   *
   * @param operation what is done with the list
   * @param vocabulary where items come from
   * @param minLength shortest list
   * @param maxLength longest list; lengths are uniform
   */
  record Lists(Operation operation, Vocabulary vocabulary, int minLength, int maxLength)
      implements Recipe {}

  /**
   * A Latin square to be made from distinct symbols.
   *
   * @param size number of symbols, rows and columns
   */
  record LatinSquare(int size) implements Recipe {}

  /**
   * A 4x4 sudoku.
   *
   * @param holes number of digits to be found
   * @param uniqueSolution whether the puzzle has one solution only
   */
  record Sudoku(int holes, boolean uniqueSolution) implements Recipe {}

  /**
   * Words to make a sentence of.
   *
   * @param level how far apart their meanings lie
   * @param count number of words
   */
  record Words(Level level, int count) implements Recipe {}

  /** A conversation to be summarised. */
  record Conversation() implements Recipe {}

  /** A sentence to be paraphrased. */
  record Sentence() implements Recipe {}

  /** What a list task does with its list. */
  enum Operation {
    /** Write it as it is. */
    COPY,
    /** Order it by the code points of whole items. */
    SORT,
    /** Last item first. */
    REVERSE,
    /** Any other order. */
    SHUFFLE,
    /** Put a new item in place of the one at an index. */
    REPLACE_INDEX,
    /** Put a new item in place of any one. */
    REPLACE_RANDOM,
    /** Put a new item before the one at an index, or at the end. */
    INSERT_INDEX,
    /** Put a new item anywhere. */
    INSERT_RANDOM,
    /** Drop the item at an index. */
    REMOVE_INDEX,
    /** Drop any one item. */
    REMOVE_RANDOM
  }

  /** Where the items of a list come from. */
  enum Vocabulary {
    /** First and last name of a person. */
    FULL_NAMES,
    /** The letters A to Z. */
    LETTERS,
    /** Common English words. */
    WORDS
  }

  /** How far apart the meanings of the words of a sentence lie. */
  enum Level {
    /** Simple and related. */
    EASY,
    /** Loosely connected. */
    MEDIUM,
    /** Unrelated. */
    HARD
  }
}
