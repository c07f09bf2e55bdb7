package org.unmask.tasks.metric;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
    boolean needsWord = this == LIST_RANDOM_INSERT || this == LIST_RANDOM_REPLACE;
    return answerType.isInstance(answer)
        && !(needsWord && answer instanceof Answer.Items items && items.word().isEmpty());
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
      case LIST_MATCH, LIST_SHUFFLE, LIST_RANDOM_INSERT, LIST_RANDOM_REMOVE, LIST_RANDOM_REPLACE ->
          pair(
              isRightList(answer, ListParser.loose(output)),
              ListParser.strict(output).filter(list -> isRightList(answer, list)).isPresent());
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

  /**
   * Scores one output by rules of our own that mend quirks of the benchmark's; results never mix
   * with its scores.
   *
   * <ul>
   *   <li>{@code score_json} (lists): the text after the first {@code [} up to the last {@code ]}
   *       is a JSON array of strings, and the right one; line breaks between items are fine.
   *   <li>{@code score_exact} (Latin square): exactly n lines of exactly n cells, nothing else.
   *   <li>{@code inclusion_word_score} (sentences): every word occurs as a whole word, whatever its
   *       case.
   * </ul>
   *
   * @param answer what is right; must fit, see {@link #accepts}
   * @param output the model's text, untrimmed
   * @return scores in [0, 1] by name; none for other metrics
   */
  public Map<String, Double> ownScores(Answer answer, String output) {
    return switch (this) {
      case LIST_MATCH, LIST_SHUFFLE, LIST_RANDOM_INSERT, LIST_RANDOM_REMOVE, LIST_RANDOM_REPLACE ->
          Map.of("score_json", OwnRules.isRightJsonList(this, answer, output) ? 1.0 : 0.0);
      case LATIN_SQUARE -> {
        var symbols = cast(answer, Answer.Square.class).symbols();
        yield Map.of("score_exact", OwnRules.isExactSquare(output, symbols) ? 1.0 : 0.0);
      }
      case SENTENCE_TO_WORDS -> {
        var words = cast(answer, Answer.Words.class).words();
        yield Map.of("inclusion_word_score", OwnRules.hasWords(output, words) ? 1.0 : 0.0);
      }
      case SUDOKU, SUMMARY, PARAPHRASE, DOMINO, MATH_OP -> Map.of();
    };
  }

  private <T extends Answer> T cast(Answer answer, Class<T> type) {
    if (!accepts(answer)) {
      throw new IllegalArgumentException(id + " cannot judge against " + answer);
    }
    return type.cast(answer);
  }

  /** Tells whether a list is a right answer; for list metrics only. */
  boolean isRightList(Answer answer, List<String> list) {
    if (this == LIST_MATCH) {
      return list.equals(ListParser.loose(cast(answer, Answer.Text.class).example()));
    }
    var items = cast(answer, Answer.Items.class);
    return switch (this) {
      case LIST_SHUFFLE -> ListRules.isShuffle(list, items.input());
      case LIST_RANDOM_INSERT ->
          ListRules.isInsertion(list, items.input(), items.word().orElseThrow());
      case LIST_RANDOM_REMOVE -> ListRules.isRemoval(list, items.input());
      case LIST_RANDOM_REPLACE ->
          ListRules.isReplacement(list, items.input(), items.word().orElseThrow());
      default -> throw new IllegalArgumentException(id + " does not judge lists");
    };
  }

  private static Map<String, Double> pair(boolean loose, boolean strict) {
    var scores = new LinkedHashMap<String, Double>();
    scores.put("score", loose ? 1.0 : 0.0);
    scores.put("score_strict", strict ? 1.0 : 0.0);
    return scores;
  }
}
