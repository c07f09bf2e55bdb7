package org.unmask.tasks.parallelbench;

import java.util.EnumSet;
import java.util.Set;
import org.unmask.tasks.metric.Metric;
import org.unmask.tasks.parallelbench.Recipe.Operation;

/** What the benchmark asks about lists of people at a service desk. */
final class WaitingLine {

  /** The ten operations of the paper, in its order. */
  static final Set<Operation> OPERATIONS = EnumSet.range(Operation.COPY, Operation.REMOVE_RANDOM);

  private WaitingLine() {}

  /** Returns the name of an operation in the paper. */
  static String paperName(Operation operation) {
    return switch (operation) {
      case COPY -> "Copy";
      case SORT -> "Sort";
      case SORT_BY_LAST_NAME -> "Sort by Last Name";
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

  /** Returns how the answers of an operation are scored. */
  static Metric metric(Operation operation) {
    return switch (operation) {
      case COPY, SORT, SORT_BY_LAST_NAME, REVERSE, REPLACE_INDEX, INSERT_INDEX, REMOVE_INDEX ->
          Metric.LIST_MATCH;
      case SHUFFLE -> Metric.LIST_SHUFFLE;
      case REPLACE_RANDOM -> Metric.LIST_RANDOM_REPLACE;
      case INSERT_RANDOM -> Metric.LIST_RANDOM_INSERT;
      case REMOVE_RANDOM -> Metric.LIST_RANDOM_REMOVE;
    };
  }

  /** Returns the prompt of an operation, verbatim. */
  static String template(Operation operation) {
    return "You are managing a waiting line at a customer service desk.\n" + task(operation);
  }

  private static String task(Operation operation) {
    return switch (operation) {
      case COPY ->
          """
          You need to record the following people in the order they arrived:
          {context}
          Please copy the list exactly and provide only the final list.
          """;
      case SORT, SORT_BY_LAST_NAME ->
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
