package org.unmask.tasks.parallelbench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.unmask.tasks.metric.Metric;
import org.unmask.tasks.parallelbench.Recipe.Level;
import org.unmask.tasks.parallelbench.Recipe.Operation;
import org.unmask.tasks.parallelbench.Recipe.Vocabulary;

/** The tasks of the paper's release; prompts are verbatim. */
final class Paper2510 {

  private static final String DESK =
      "You are managing a waiting line at a customer service desk.\n";
  private static final String WORDS_TEMPLATE =
      "Construct a single, coherent sentence using the words {words}.";
  private static final String ONE_WORD_TEMPLATE =
      "Construct a single, coherent sentence using the word {words}.";

  /** The 17 tasks in the paper's order. */
  static final List<Task> TASKS = paperTasks();

  /** Lists of 15 names and sentences of 1 to 7 words. */
  static final List<Task> VARIANTS = variants();

  private Paper2510() {}

  private static List<Task> paperTasks() {
    var tasks = new ArrayList<Task>();
    tasks.addAll(waitingLines("waiting_line/", "", 3, 6, 32));
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
      String name = level.name().toLowerCase(Locale.ROOT);
      tasks.add(words("words_to_sentence/" + name, "W2S (" + name + ")", level, 4));
    }
    tasks.add(
        puzzle(
            "puzzle/latin_square_n4",
            "Latin Square",
            100,
            Metric.LATIN_SQUARE,
            "Generate a Latin square of size {size} with the symbols {symbols}. "
                + "Only output the final result as CSV.",
            new Recipe.LatinSquare(4)));
    tasks.add(
        puzzle(
            "puzzle/sudoku_n4_12",
            "Sudoku",
            108,
            Metric.SUDOKU,
            "Fill the positions where the values are 0 in a 4x4 grid with digits 1-4 so that each "
                + "column, each row, and each of the four 2x2 subgrids that compose the grid "
                + "contains all of the digits from 1 to 4."
                + "\\n\\nInput:\\n{sudoku}\\nOutput:\\n",
            new Recipe.Sudoku(4, true)));
    return List.copyOf(tasks);
  }

  private static List<Task> variants() {
    var tasks = new ArrayList<Task>();
    tasks.addAll(waitingLines("waiting_line_n15/", " (n=15)", 15, 15, 128));
    for (var level : Level.values()) {
      String name = level.name().toLowerCase(Locale.ROOT);
      for (int n : new int[] {1, 3, 4, 5, 6, 7}) {
        tasks.add(
            words(
                "words_to_sentence/%s_n%d".formatted(name, n),
                "W2S (%s, n=%d)".formatted(name, n),
                level,
                n));
      }
    }
    return List.copyOf(tasks);
  }

  private static List<Task> waitingLines(
      String prefix, String suffix, int minLength, int maxLength, int genLength) {
    var tasks = new ArrayList<Task>();
    for (var operation : Operation.values()) {
      tasks.add(
          new Task(
              Version.PAPER_2510,
              prefix + operation.name().toLowerCase(Locale.ROOT),
              paperName(operation) + suffix,
              Family.WAITING_LINE,
              genLength,
              100,
              1,
              metric(operation),
              "score",
              DESK + deskTemplate(operation),
              new Recipe.Lists(operation, Vocabulary.FULL_NAMES, minLength, maxLength)));
    }
    return tasks;
  }

  private static Task text(String id, String name, Metric metric, String template, Recipe recipe) {
    return new Task(
        Version.PAPER_2510,
        id,
        name,
        Family.TEXT,
        64,
        100,
        0,
        metric,
        "grammar_score",
        template,
        recipe);
  }

  private static Task words(String id, String name, Level level, int count) {
    return text(
        id,
        name,
        Metric.SENTENCE_TO_WORDS,
        count == 1 ? ONE_WORD_TEMPLATE : WORDS_TEMPLATE,
        new Recipe.Words(level, count));
  }

  private static Task puzzle(
      String id, String name, int samples, Metric metric, String template, Recipe recipe) {
    return new Task(
        Version.PAPER_2510,
        id,
        name,
        Family.PUZZLE,
        64,
        samples,
        1,
        metric,
        "score",
        template,
        recipe);
  }

  private static String paperName(Operation operation) {
    return switch (operation) {
      case COPY -> "Copy";
      case SORT -> "Sort";
      case REVERSE -> "Reverse";
      case SHUFFLE -> "Shuffle";
      case REPLACE_INDEX -> "Replace Index";
      case REPLACE_RANDOM -> "Replace Random";
      case INSERT_INDEX -> "Insert Index";
      case INSERT_RANDOM -> "Insert Random";
      case REMOVE_INDEX -> "Remove Index";
      case REMOVE_RANDOM -> "Remove Random";
    };
  }

  private static Metric metric(Operation operation) {
    return switch (operation) {
      case COPY, SORT, REVERSE, REPLACE_INDEX, INSERT_INDEX, REMOVE_INDEX -> Metric.LIST_MATCH;
      case SHUFFLE -> Metric.LIST_SHUFFLE;
      case REPLACE_RANDOM -> Metric.LIST_RANDOM_REPLACE;
      case INSERT_RANDOM -> Metric.LIST_RANDOM_INSERT;
      case REMOVE_RANDOM -> Metric.LIST_RANDOM_REMOVE;
    };
  }

  private static String deskTemplate(Operation operation) {
    return switch (operation) {
      case COPY ->
          """
          You need to record the following people in the order they arrived:
          {context}
          Please copy the list exactly and provide only the final list.
          """;
      case SORT ->
          """
          The following people should be organized alphabetically by last name for efficient processing:
          {context}
          Please sort the list in alphabetical order and provide only the final list.
          """;
      case REVERSE ->
          """
          The previous staff member put the waiting line in the wrong order.
          Please reverse the order of the following people in the waiting line to correct it:
          {context}
          Please reverse the order of the list and provide only the final list.
          """;
      case SHUFFLE ->
          """
          The waiting line should be randomly shuffled to ensure fair service distribution:
          {context}
          Please randomly shuffle the list and provide only the final list.
          Ensure the sequence is different from the original.
          """;
      case REPLACE_INDEX ->
          """
          The person at position {index} must be replaced with "{word}":
          {context}
          Please replace the person at the specified position with "{word}" and provide only the final list.
          """;
      case REPLACE_RANDOM -> // no line break at the end
          """
          One person in the waiting line must be replaced with "{word}":
          {context}
          Please replace one random person with "{word}" and provide only the final list.""";
      case INSERT_INDEX ->
          """
          A new person "{word}" is inserted into the line at position {index}:
          {context}
          Please put the new person at the specified position and provide only the final list.
          """;
      case INSERT_RANDOM ->
          """
          A new person "{word}" is inserted into the line at a random position:
          {context}
          Please put the new person in the random position and provide only the final list.
          """;
      case REMOVE_INDEX ->
          """
          The person at position {index} has left the waiting line:
          {context}
          Please remove the person at the specified position and provide only the final list.
          """;
      case REMOVE_RANDOM ->
          """
          One person has left the waiting line:
          {context}
          Please remove a random person and provide only the final list.
          """;
    };
  }
}
