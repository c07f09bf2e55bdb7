package org.unmask.tasks.parallelbench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.unmask.tasks.metric.Answer;
import org.unmask.tasks.metric.ListParser;
import org.unmask.tasks.metric.Metric;
import org.unmask.tasks.parallelbench.Golden.Case;
import tools.jackson.databind.JsonNode;

/**
 * Works out the references of golden samples from their own lines, since the official files that
 * hold them are not part of this repository: right outputs tell the answer, and the line that
 * copies the input tells the input.
 */
final class GoldenReferences {

  private GoldenReferences() {}

  /** Returns the reference of a sample, given all its lines. */
  static Answer of(Metric metric, List<Case> cases) {
    return switch (metric) {
      case LIST_MATCH -> new Answer.Text(right(cases).getFirst().output());
      case LIST_SHUFFLE -> items(anyInput(cases), Optional.empty());
      case LIST_RANDOM_REMOVE -> items(copiedInput(cases).orElseThrow(), Optional.empty());
      case LIST_RANDOM_INSERT -> {
        String word = commonToAllButMoving(cases);
        var input = new ArrayList<>(rightLists(cases).getFirst());
        input.remove(word);
        yield items(input, Optional.of(word));
      }
      case LIST_RANDOM_REPLACE -> {
        String word = commonToAllButMoving(cases);
        var input = new ArrayList<>(rightLists(cases).getFirst());
        int at = input.indexOf(word);
        input.set(at, otherAt(rightLists(cases), at, word));
        yield items(input, Optional.of(word));
      }
      case LATIN_SQUARE -> {
        String square = named(cases, "exact").orElseThrow().output();
        yield new Answer.Square(List.of(square.lines().findFirst().get().split(",")), square);
      }
      case SUDOKU -> new Answer.Text(named(cases, "exact").orElseThrow().output());
      case SENTENCE_TO_WORDS ->
          new Answer.Words(
              List.of(named(cases, "t2").orElseThrow().output().split(" ")), Optional.empty());
      case DOMINO, MATH_OP, SUMMARY, PARAPHRASE ->
          throw new IllegalArgumentException("the golden lines themselves hold the answer");
    };
  }

  /** Reads the reference that a line itself holds. */
  static Answer inline(Metric metric, JsonNode answer) {
    return metric == Metric.DOMINO
        ? new Answer.Domino(answer.get("length").intValue(), answer.get("start").intValue(), "")
        : new Answer.Calculation(answer.get("result").stringValue());
  }

  private static Answer items(List<String> input, Optional<String> word) {
    return new Answer.Items(input, word, "");
  }

  /** The input; where no line copies it, no line's order is the input's, so any new one serves. */
  private static List<String> anyInput(List<Case> cases) {
    return copiedInput(cases)
        .orElseGet(() -> rightLists(cases).getFirst().stream().sorted().toList());
  }

  private static Optional<List<String>> copiedInput(List<Case> cases) {
    return named(cases, "input_copied").map(line -> ListParser.loose(line.output()));
  }

  /** The one item that all right answers share and whose place differs most between them. */
  private static String commonToAllButMoving(List<Case> cases) {
    var lists = rightLists(cases);
    var common = new LinkedHashSet<>(lists.getFirst());
    lists.forEach(common::retainAll);
    return common.stream()
        .max(
            Comparator.comparingLong(
                item -> lists.stream().map(list -> list.indexOf(item)).distinct().count()))
        .orElseThrow();
  }

  private static String otherAt(List<List<String>> lists, int at, String word) {
    return lists.stream()
        .map(list -> list.get(at))
        .filter(item -> !item.equals(word))
        .findFirst()
        .orElseThrow();
  }

  private static List<List<String>> rightLists(List<Case> cases) {
    return cases.stream()
        .filter(line -> line.scores().get("score_strict") == 1.0)
        .map(line -> ListParser.strict(line.output()))
        .flatMap(Optional::stream)
        .distinct()
        .toList();
  }

  private static List<Case> right(List<Case> cases) {
    return cases.stream().filter(line -> line.scores().get("score") == 1.0).toList();
  }

  private static Optional<Case> named(List<Case> cases, String name) {
    return cases.stream().filter(line -> line.name().equals(name)).findFirst();
  }
}
