package org.unmask.tasks.parallelbench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.unmask.tasks.metric.Metric;
import org.unmask.tasks.parallelbench.Recipe.Operation;
import org.unmask.tasks.parallelbench.Recipe.Vocabulary;

/**
 * The synthetic tasks of the paper's release, without a story and so open to exact analysis: list
 * operations over letters or words, number chains, running sums, calculations; and a task of our
 * own that mends the benchmark's sort.
 */
final class ListOperations {

  private static final int TOKENS = 64;
  private static final int CALCULATION_TOKENS = 128;
  private static final int MAX_LENGTH = 15;

  /** All series, each with its own prefix. */
  static final List<Task> TASKS = tasks();

  private ListOperations() {}

  private static List<Task> tasks() {
    var tasks = new ArrayList<Task>();
    addSeries(tasks, "abc/", Vocabulary.LETTERS, 6, MAX_LENGTH);
    addSeries(tasks, "words/", Vocabulary.WORDS, 6, MAX_LENGTH);
    for (int n = 6; n <= 16; n += 2) {
      addSeries(tasks, "lst%02d/".formatted(n), Vocabulary.LETTERS, n, n);
    }
    tasks.add(
        task(
            "list_gen/domino",
            "Domino",
            TOKENS,
            Metric.DOMINO,
            "Create a domino-style sequence of {length} 2-digit numbers, where each number begins "
                + "with the last digit of the previous one. Start with {start}. "
                + "Only provide the final answer.",
            new Recipe.Domino()));
    tasks.add(
        task(
            "rec/cumsum",
            "Cumulative Sum",
            TOKENS,
            Metric.LIST_MATCH,
            "Given the input list {list}, compute the cumulative sum list. "
                + "Only output the final result as a list.",
            new Recipe.CumulativeSum()));
    tasks.add(calculation("l2_plus", 2, "+"));
    tasks.add(calculation("l2_minus", 2, "-"));
    tasks.add(calculation("l2_multiply", 2, "*"));
    tasks.add(calculation("l3", 3, "+-*"));
    tasks.add(calculation("l4", 4, "+-*"));
    tasks.add(Paper2510.waitingLine("unmask/", "", Operation.SORT_BY_LAST_NAME, 3, 6, TOKENS / 2));
    return List.copyOf(tasks);
  }

  private static void addSeries(
      List<Task> tasks, String prefix, Vocabulary vocabulary, int minLength, int maxLength) {
    for (var operation : WaitingLine.OPERATIONS) {
      tasks.add(
          task(
              prefix + Paper2510.lowerCase(operation),
              WaitingLine.paperName(operation) + " (" + prefix.replace("/", ")"),
              TOKENS,
              WaitingLine.metric(operation),
              template(operation) + " Only provide the final answer.",
              new Recipe.Lists(operation, vocabulary, minLength, maxLength, 0)));
    }
    tasks.add(
        task(
            prefix + "repeat_each",
            "Repeat Each (" + prefix.replace("/", ")"),
            TOKENS,
            Metric.LIST_MATCH,
            "Repeat each item {count} times interleaved, preserving order: {context}. "
                + "Only provide the final answer.",
            new Recipe.Repetition(true, vocabulary, maxLength)));
    tasks.add(
        task(
            prefix + "repeat_list",
            "Repeat List (" + prefix.replace("/", ")"),
            TOKENS,
            Metric.LIST_MATCH,
            "Repeat the entire list {count} times by concatenation: {context}. "
                + "Only provide the final answer.",
            new Recipe.Repetition(false, vocabulary, maxLength)));
  }

  private static Task calculation(String name, int operands, String operators) {
    return task(
        "math_op/" + name,
        "Calculation (" + name + ")",
        CALCULATION_TOKENS,
        Metric.MATH_OP,
        "{equation}. Only provide the final answer.",
        new Recipe.Calculation(operands, operators));
  }

  private static Task task(
      String id, String name, int tokens, Metric metric, String template, Recipe recipe) {
    return new Task(
        Version.PAPER_2510,
        id,
        name,
        Family.LIST_OPERATION,
        tokens,
        100,
        0,
        Optional.empty(),
        metric,
        "score",
        template,
        Optional.empty(),
        recipe);
  }

  private static String template(Operation operation) {
    return switch (operation) {
      case COPY ->
          "Repeat {context} exactly, preserving every character "
              + "(brackets, quotes, commas, spaces, order, and case).";
      case SORT -> "Sort the following words in alphabetical order: {context}.";
      case SORT_BY_LAST_NAME -> "Sort the following people by last name: {context}.";
      case REVERSE -> "Reverse the order of the following words: {context}.";
      case SHUFFLE ->
          "Randomly rearrange the order of the following words: {context}. "
              + "Ensure the sequence is different from the original.";
      case REPLACE_INDEX ->
          "Replace the word at index {index} from the list with the word \"{word}\": {context}.";
      case REPLACE_RANDOM ->
          "Replace a random word from the list: {context} with the word \"{word}\".";
      case INSERT_INDEX -> "Insert the word \"{word}\" at index {index} in the list: {context}.";
      case INSERT_RANDOM ->
          "Insert the word \"{word}\" at a random position in the list: {context}.";
      case REMOVE_INDEX -> "Remove the word at index {index} from the list: {context}.";
      case REMOVE_RANDOM -> "Remove a random word from the list: {context}.";
    };
  }
}
