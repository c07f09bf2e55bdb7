package org.unmask.tasks.parallelbench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.unmask.tasks.metric.Metric;
import org.unmask.tasks.parallelbench.Recipe.Level;
import org.unmask.tasks.parallelbench.Recipe.Operation;
import org.unmask.tasks.parallelbench.Recipe.Vocabulary;

/** The tasks of the paper's release; prompts are verbatim. */
final class Paper2510 {

  private static final int WAITING_LINE_LENGTH = 32;
  private static final int LONG_LINE_LENGTH = 128;
  private static final int DEFAULT_LENGTH = 64;

  /** The 17 tasks in the paper's order. */
  static final List<Task> TASKS = paperTasks();

  /** Lists of 15 names, sentences of 1 to 7 words, Latin squares of other sizes. */
  static final List<Task> VARIANTS = variants();

  private Paper2510() {}

  private static List<Task> paperTasks() {
    var tasks = new ArrayList<Task>();
    for (var operation : WaitingLine.OPERATIONS) {
      tasks.add(waitingLine("waiting_line/", "", operation, 3, 6, WAITING_LINE_LENGTH));
    }
    tasks.add(
        text(
            "paraphrase_summarize/samsum",
            "Summarization",
            Metric.SUMMARY,
            "Summarize the following conversation. Only output the final result.\n\n"
                + "{text}\n\nSummary:",
            new Recipe.Conversation()));
    tasks.add(
        text(
            "paraphrase_summarize/chatgpt-paraphrases",
            "Paraphrasing",
            Metric.PARAPHRASE,
            "Paraphrase the following sentence. Only output the final result.\n\n"
                + "Sentence: {text}\n\nParaphrase:",
            new Recipe.Sentence()));
    for (var level : Level.values()) {
      String name = lowerCase(level);
      tasks.add(words("words_to_sentence/" + name, "W2S (" + name + ")", level, 4, false));
    }
    tasks.add(latinSquare(4, "Latin Square"));
    tasks.add(sudoku());
    return List.copyOf(tasks);
  }

  private static List<Task> variants() {
    var tasks = new ArrayList<Task>();
    for (var operation : WaitingLine.OPERATIONS) {
      tasks.add(waitingLine("waiting_line_n15/", " (n=15)", operation, 15, 15, LONG_LINE_LENGTH));
    }
    for (var level : Level.values()) {
      for (int n : new int[] {1, 3, 4, 5, 6, 7}) {
        String name = lowerCase(level);
        String id = "words_to_sentence/%s_n%d".formatted(name, n);
        tasks.add(words(id, "W2S (%s, n=%d)".formatted(name, n), level, n, true));
      }
    }
    tasks.add(latinSquare(3, "Latin Square (n=3)"));
    tasks.add(latinSquare(5, "Latin Square (n=5)"));
    return List.copyOf(tasks);
  }

  static Task waitingLine(
      String prefix, String suffix, Operation operation, int minLength, int maxLength, int tokens) {
    return new Task(
        Version.PAPER_2510,
        prefix + lowerCase(operation),
        WaitingLine.paperName(operation) + suffix,
        Family.WAITING_LINE,
        tokens,
        100,
        1,
        Optional.empty(),
        WaitingLine.metric(operation),
        "score",
        WaitingLine.template(operation),
        Optional.empty(),
        new Recipe.Lists(operation, Vocabulary.FULL_NAMES, minLength, maxLength, 0));
  }

  private static Task text(String id, String name, Metric metric, String template, Recipe recipe) {
    return new Task(
        Version.PAPER_2510,
        id,
        name,
        Family.TEXT,
        DEFAULT_LENGTH,
        100,
        0,
        Optional.empty(),
        metric,
        "grammar_score",
        template,
        Optional.empty(),
        recipe);
  }

  private static Task words(String id, String name, Level level, int count, boolean isVariant) {
    String template =
        "Construct a single, coherent sentence using the %s {words}."
            .formatted(count == 1 ? "word" : "words");
    var recipe = new Recipe.Words(level, count, isVariant);
    return text(id, name, Metric.SENTENCE_TO_WORDS, template, recipe);
  }

  private static Task latinSquare(int size, String name) {
    String template =
        "Generate a Latin square of size {size} with the symbols {symbols}. "
            + "Only output the final result as CSV.";
    return puzzle(
        "puzzle/latin_square_n" + size,
        name,
        100,
        Metric.LATIN_SQUARE,
        template,
        new Recipe.LatinSquare(size));
  }

  private static Task sudoku() {
    String template =
        "Fill the positions where the values are 0 in a 4x4 grid with digits 1-4 so that each "
            + "column, each row, and each of the four 2x2 subgrids that compose the grid "
            + "contains all of the digits from 1 to 4."
            + "\\n\\nInput:\\n{sudoku}\\nOutput:\\n"; // backslashes as in the original
    return puzzle(
        "puzzle/sudoku_n4_12", "Sudoku", 108, Metric.SUDOKU, template, new Recipe.Sudoku(4, '0'));
  }

  private static Task puzzle(
      String id, String name, int samples, Metric metric, String template, Recipe recipe) {
    return new Task(
        Version.PAPER_2510,
        id,
        name,
        Family.PUZZLE,
        DEFAULT_LENGTH,
        samples,
        1,
        Optional.empty(),
        metric,
        "score",
        template,
        Optional.empty(),
        recipe);
  }

  static String lowerCase(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
