package org.unmask.tasks.parallelbench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmask.tasks.metric.Answer;
import org.unmask.tasks.metric.ListParser;
import org.unmask.tasks.parallelbench.Recipe.Operation;

/**
 * The tasks of the rewrite of spring 2026, as differences from the paper's.
 *
 * <p>Sentences of list prompts stand a blank line apart, indices count from 1, a new person is
 * inserted after the one named, every sample shows the same example, an answer ends at the first
 * blank line, text is scored by grammar alone, and sudokus have eight blanks. Ids stay the paper's,
 * except for the sudoku. The two puzzle examples are our own.
 */
final class Cli2026 {

  private static final List<String> PEOPLE = List.of("Patrick Hicks", "Roy Ortiz", "Eric Reynolds");
  private static final String NEWCOMER = "Virginia Hayes";
  private static final String BLANK_LINE = "\n\n";
  private static final String INSERT_AFTER =
      """
      You are managing a waiting line at a customer service desk.
      A new person "{word}" joins the line after the person at position {index}:
      {context}
      Please place the new person right after the specified person and provide only the final list.
      """;

  /** The 17 tasks in the paper's order. */
  static final List<Task> TASKS = Paper2510.TASKS.stream().map(Cli2026::revised).toList();

  private Cli2026() {}

  private static Task revised(Task task) {
    return switch (task.recipe()) {
      case Recipe.Lists lists -> waitingLine(task, lists);
      case Recipe.LatinSquare _ ->
          with(task, task.id(), template(task), Optional.of(latinExample()), task.recipe());
      case Recipe.Sudoku _ ->
          with(
              task,
              "puzzle/sudoku_n4_8",
              "Solve the following {size}x{size} Sudoku puzzle. Replace each _ with a digit from 1 "
                  + "to {size}. Only output the final result.\n\n{puzzle}",
              Optional.of(sudokuExample()),
              new Recipe.Sudoku(8, '_'));
      default -> with(task, task.id(), task.template(), Optional.empty(), task.recipe());
    };
  }

  private static Task waitingLine(Task task, Recipe.Lists lists) {
    var operation = lists.operation();
    String lines = operation == Operation.INSERT_INDEX ? INSERT_AFTER : task.template();
    return with(
        task,
        task.id(),
        lines.strip().replace("\n", BLANK_LINE),
        Optional.of(listExample(operation)),
        new Recipe.Lists(operation, lists.vocabulary(), lists.minLength(), lists.maxLength(), 1));
  }

  private static Task with(
      Task task, String id, String template, Optional<Example> fixedShot, Recipe recipe) {
    return new Task(
        Version.CLI_2026,
        id,
        task.name(),
        task.family(),
        task.genLength(),
        100,
        task.shots(),
        fixedShot,
        task.metric(),
        task.figureMetric(),
        template,
        task.family() == Family.WAITING_LINE ? Optional.of(BLANK_LINE) : Optional.empty(),
        recipe);
  }

  private static String template(Task task) {
    return task.template().replace("as CSV.", "as CSV without header.");
  }

  private static Example listExample(Operation operation) {
    var input = new LinkedHashMap<String, Object>();
    input.put("context", ListParser.write(PEOPLE));
    var target = new ArrayList<>(PEOPLE);
    switch (operation) {
      case COPY -> {}
      case SORT, SORT_BY_LAST_NAME -> target.sort(null); // by whole name, like the samples
      case REVERSE -> target = new ArrayList<>(PEOPLE.reversed());
      case SHUFFLE -> target.add(target.remove(1));
      case REPLACE_INDEX, REPLACE_RANDOM -> {
        input.put("word", NEWCOMER);
        target.set(1, NEWCOMER);
      }
      case INSERT_INDEX -> {
        input.put("word", NEWCOMER);
        target.add(1, NEWCOMER);
      }
      case INSERT_RANDOM -> {
        input.put("word", NEWCOMER);
        target.add(NEWCOMER);
      }
      case REMOVE_INDEX, REMOVE_RANDOM -> target.remove(1);
    }
    if (operation == Operation.INSERT_INDEX) {
      input.put("index", 1);
    } else if (operation == Operation.REPLACE_INDEX || operation == Operation.REMOVE_INDEX) {
      input.put("index", 2);
    }
    return new Example(input, listAnswer(operation, target), Optional.empty(), Map.of());
  }

  private static Answer listAnswer(Operation operation, List<String> target) {
    String text = ListParser.write(target);
    return switch (operation) {
      case SHUFFLE, REMOVE_RANDOM -> new Answer.Items(PEOPLE, Optional.empty(), text);
      case REPLACE_RANDOM, INSERT_RANDOM -> new Answer.Items(PEOPLE, Optional.of(NEWCOMER), text);
      case COPY, SORT, SORT_BY_LAST_NAME, REVERSE, REPLACE_INDEX, INSERT_INDEX, REMOVE_INDEX ->
          new Answer.Text(text);
    };
  }

  private static Example latinExample() {
    var input = new LinkedHashMap<String, Object>();
    input.put("size", 4);
    input.put("symbols", "[B, 7, K, 2]");
    var answer =
        new Answer.Square(List.of("B", "7", "K", "2"), "7,K,2,B\n2,B,7,K\nB,7,K,2\nK,2,B,7");
    return new Example(input, answer, Optional.empty(), Map.of());
  }

  private static Example sudokuExample() {
    var input = new LinkedHashMap<String, Object>();
    input.put("size", 4);
    input.put("puzzle", "1__4\n_41_\n3_4_\n_2_1");
    var answer = new Answer.Text("1324\n2413\n3142\n4231");
    return new Example(input, answer, Optional.empty(), Map.of());
  }
}
