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
   * @param indexBase number of the first item in index tasks, 0 or 1; if 1, an item is inserted
   *     after the one that is named
   */
  record Lists(
      Operation operation, Vocabulary vocabulary, int minLength, int maxLength, int indexBase)
      implements Recipe {}

  /**
   * A list of distinct items to be repeated two to six times.
   *
   * @param eachItem whether items are repeated one by one (A, A, B, B) or all together (A, B, A, B)
   * @param vocabulary where items come from
   * @param maxLength longest result
   */
  record Repetition(boolean eachItem, Vocabulary vocabulary, int maxLength) implements Recipe {}

  /** A chain of 3 to 12 two-digit numbers, each beginning with the last digit of the one before. */
  record Domino() implements Recipe {}

  /** The running sums of 3 to 12 digits. */
  record CumulativeSum() implements Recipe {}

  /**
   * A nested calculation with integers of 5 to 50 digits.
   *
   * @param operands how many numbers
   * @param operators which of {@code +}, {@code -}, {@code *} occur
   */
  record Calculation(int operands, String operators) implements Recipe {}

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
   * @param blank what stands in their place; {@code 0} in puzzles with one solution, {@code _} in
   *     those that may have more
   */
  record Sudoku(int holes, char blank) implements Recipe {}

  /**
   * Words to make a sentence of.
   *
   * @param level how far apart their meanings lie
   * @param count number of words
   * @param tellsLength whether the metadata hold the number of words, as in the variants
   */
  record Words(Level level, int count, boolean tellsLength) implements Recipe {}

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
    REMOVE_RANDOM,
    /** Order it by last name, then by whole name: what the benchmark's sort prompt really asks. */
    SORT_BY_LAST_NAME
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
