package org.unmask.tasks.metric;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The ways ParallelBench scores one output; every one is a pure function of output and answer.
 *
 * <p>List and puzzle metrics return {@code score} (lenient about everything around the answer; the
 * reported one) and {@code score_strict}. Text metrics return their parts and, where the judges
 * they need are at hand, {@code score}. Values lie in [0, 1]; a task's value is their mean times
 * 100. No metric throws, whatever the text.
 */
public enum Metric {
  /** The list is the reference list. */
  LIST_MATCH("list_match_score", Answer.Text.class),
  /** The list is a rearrangement of the input, but not the input. */
  LIST_SHUFFLE("list_shuffle_score", Answer.Items.class),
  /** The list is the input with the word inserted somewhere. */
  LIST_RANDOM_INSERT("list_random_insert_score", Answer.Items.class),
  /** The list is the input with one item removed. */
  LIST_RANDOM_REMOVE("list_random_remove_score", Answer.Items.class),
  /** The list is the input with one item replaced by the word. */
  LIST_RANDOM_REPLACE("list_random_replace_score", Answer.Items.class),
  /** The text holds a Latin square over the symbols. */
  LATIN_SQUARE("latin_square_score", Answer.Square.class),
  /** The text holds the solution of the sudoku. */
  SUDOKU("sudoku_score", Answer.Text.class),
  /** The text contains all words and is good English. */
  SENTENCE_TO_WORDS("sentence_to_words_score", Answer.Words.class),
  /** The text resembles the reference summary and is good English. */
  SUMMARY("summary_score", Answer.Summary.class),
  /** The text says the same in other words and is good English. */
  PARAPHRASE("paraphrase_score", Answer.Paraphrases.class),
  /** The numbers of the text are the chain asked for. */
  DOMINO("domino_score", Answer.Domino.class),
  /** The text contains the result of the calculation. */
  MATH_OP("math_op_score", Answer.Calculation.class);

  private final String id;
  private final Class<? extends Answer> answerType;

  Metric(String id, Class<? extends Answer> answerType) {
    this.id = id;
    this.answerType = answerType;
  }

  /** Returns the name of the metric in the reference's files. */
  public String id() {
    return id;
  }

  /** Tells whether this metric can judge against an answer of that shape. */
  public boolean accepts(Answer answer) {
    return answerType.isInstance(answer);
  }

  /**
   * Scores one output.
   *
   * @param answer what is right; must fit, see {@link #accepts}
   * @param output the model's text, untrimmed
   * @param judges opinions for text metrics
   * @return scores by name, in the reference's order
   * @throws IllegalArgumentException if the answer does not fit this metric
   */
  public Map<String, Double> score(Answer answer, String output, Judges judges) {
    return switch (this) {
      case LIST_MATCH -> {
        var reference = ListParser.loose(cast(answer, Answer.Text.class).example());
        yield lists(output, list -> list.equals(reference));
      }
      case LIST_SHUFFLE -> {
        var items = cast(answer, Answer.Items.class);
        yield lists(output, list -> ListRules.isShuffle(list, items.input()));
      }
      case LIST_RANDOM_INSERT -> {
        var items = cast(answer, Answer.Items.class);
        yield lists(output, list -> ListRules.isInsertion(list, items.input(), word(items)));
      }
      case LIST_RANDOM_REMOVE -> {
        var items = cast(answer, Answer.Items.class);
        yield lists(output, list -> ListRules.isRemoval(list, items.input()));
      }
      case LIST_RANDOM_REPLACE -> {
        var items = cast(answer, Answer.Items.class);
        yield lists(output, list -> ListRules.isReplacement(list, items.input(), word(items)));
      }
      case LATIN_SQUARE -> {
        var square = cast(answer, Answer.Square.class);
        boolean right = PuzzleRules.isLatinSquare(output, square.symbols());
        yield pair(right, right);
      }
      case SUDOKU -> {
        String solution = cast(answer, Answer.Text.class).example();
        yield pair(
            PuzzleRules.isSudokuLoose(output, solution),
            PuzzleRules.isSudokuStrict(output, solution));
      }
      case SENTENCE_TO_WORDS ->
          TextRules.sentence(output, cast(answer, Answer.Words.class), judges);
      case SUMMARY -> TextRules.summary(output, cast(answer, Answer.Summary.class), judges);
      case PARAPHRASE ->
          TextRules.paraphrase(output, cast(answer, Answer.Paraphrases.class), judges);
      case DOMINO -> {
        var domino = cast(answer, Answer.Domino.class);
        yield pair(
            NumberRules.isDominoLoose(output, domino), NumberRules.isDominoStrict(output, domino));
      }
      case MATH_OP -> {
        var calculation = cast(answer, Answer.Calculation.class);
        yield pair(
            NumberRules.isResultLoose(output, calculation),
            NumberRules.isResultStrict(output, calculation));
      }
    };
  }

  private <T extends Answer> T cast(Answer answer, Class<T> type) {
    if (!accepts(answer)) {
      throw new IllegalArgumentException(
          id + " cannot judge against " + answer.getClass().getSimpleName());
    }
    return type.cast(answer);
  }

  private static String word(Answer.Items items) {
    return items
        .word()
        .orElseThrow(() -> new IllegalArgumentException("the answer names no word to look for"));
  }

  private static Map<String, Double> lists(String output, Predicate<List<String>> isRight) {
    return pair(
        isRight.test(ListParser.loose(output)),
        ListParser.strict(output).filter(isRight).isPresent());
  }

  private static Map<String, Double> pair(boolean loose, boolean strict) {
    var scores = new LinkedHashMap<String, Double>();
    scores.put("score", loose ? 1.0 : 0.0);
    scores.put("score_strict", strict ? 1.0 : 0.0);
    return scores;
  }
}
