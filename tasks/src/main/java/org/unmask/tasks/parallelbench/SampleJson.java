package org.unmask.tasks.parallelbench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmask.tasks.metric.Answer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Turns samples into the official JSON objects and back. */
final class SampleJson {

  private static final String SHOTS = "icl_examples";

  private SampleJson() {}

  static Sample read(JsonNode node, int index) {
    var shots = new ArrayList<Example>();
    for (var shot : required(node, "input").path(SHOTS)) {
      shots.add(readExample(shot));
    }
    return new Sample(index, readExample(node), shots);
  }

  static ObjectNode write(Sample sample) {
    var node = writeExample(sample.example());
    if (!sample.shots().isEmpty()) {
      var shots = ((ObjectNode) node.get("input")).putArray(SHOTS);
      for (var shot : sample.shots()) {
        var shotNode = writeExample(shot);
        if (shot.metadata().isEmpty()) {
          shotNode.remove("metadata"); // the official sudoku examples have none
        }
        shots.add(shotNode);
      }
    }
    return node;
  }

  private static Example readExample(JsonNode node) {
    var input = new LinkedHashMap<String, Object>();
    for (var field : required(node, "input").properties()) {
      if (!field.getKey().equals(SHOTS)) {
        input.put(field.getKey(), readScalar(field.getKey(), field.getValue()));
      }
    }
    var metadata = new LinkedHashMap<String, @Nullable Object>();
    for (var field : node.path("metadata").properties()) {
      var value = field.getValue();
      metadata.put(field.getKey(), value.isNull() ? null : readScalar(field.getKey(), value));
    }
    return new Example(
        input, readAnswer(required(node, "answer")), optional(node, "output_format"), metadata);
  }

  private static ObjectNode writeExample(Example example) {
    var node = JsonNodeFactory.instance.objectNode();
    var input = node.putObject("input");
    example.input().forEach((name, value) -> putScalar(input, name, value));
    writeAnswer(node, example.answer());
    example.outputFormat().ifPresent(format -> node.put("output_format", format));
    var metadata = node.putObject("metadata");
    example.metadata().forEach((name, value) -> putScalar(metadata, name, value));
    return node;
  }

  /** Tells the kind of answer by its fields; every kind has one of its own. */
  private static Answer readAnswer(JsonNode node) {
    if (node.isString()) {
      return new Answer.Text(node.stringValue());
    }
    if (node.has("symbols")) {
      return new Answer.Square(strings(node, "symbols"), string(node, "example"));
    }
    if (node.has("words")) {
      return new Answer.Words(strings(node, "words"), optional(node, "example"));
    }
    if (node.has("summary")) {
      return new Answer.Summary(string(node, "text"), string(node, "summary"));
    }
    if (node.has("examples")) {
      return new Answer.Paraphrases(string(node, "text"), string(node, "examples"));
    }
    if (node.has("start")) {
      return new Answer.Domino(
          integer(node, "length"), integer(node, "start"), string(node, "example"));
    }
    if (node.has("result")) {
      return new Answer.Calculation(string(node, "result"));
    }
    if (node.has("input")) {
      return new Answer.Items(
          strings(node, "input"), optional(node, "word"), string(node, "example"));
    }
    throw new IllegalArgumentException("unknown kind of answer: " + node);
  }

  private static void writeAnswer(ObjectNode parent, Answer answer) {
    switch (answer) {
      case Answer.Text(String text) -> parent.put("answer", text);
      case Answer.Items(List<String> list, Optional<String> word, String example) -> {
        var node = parent.putObject("answer");
        putStrings(node.putArray("input"), list);
        word.ifPresent(value -> node.put("word", value));
        node.put("example", example);
      }
      case Answer.Square(List<String> symbols, String example) -> {
        var node = parent.putObject("answer");
        putStrings(node.putArray("symbols"), symbols);
        node.put("example", example);
      }
      case Answer.Words(List<String> words, Optional<String> sentence) -> {
        var node = parent.putObject("answer");
        putStrings(node.putArray("words"), words);
        sentence.ifPresent(value -> node.put("example", value));
      }
      case Answer.Summary(String text, String summary) ->
          parent.putObject("answer").put("text", text).put("summary", summary);
      case Answer.Paraphrases(String text, String examples) ->
          parent.putObject("answer").put("text", text).put("examples", examples);
      case Answer.Domino(int length, int start, String example) ->
          parent
              .putObject("answer")
              .put("length", length)
              .put("start", start)
              .put("example", example);
      case Answer.Calculation(String result) -> parent.putObject("answer").put("result", result);
    }
  }

  private static Object readScalar(String name, JsonNode value) {
    if (value.isString()) {
      return value.stringValue();
    }
    if (value.isInt()) {
      return value.intValue();
    }
    throw new IllegalArgumentException(
        "field '%s' must be a string or an integer, was %s".formatted(name, value));
  }

  private static void putScalar(ObjectNode node, String name, @Nullable Object value) {
    switch (value) {
      case null -> node.putNull(name);
      case Integer number -> node.put(name, number);
      default -> node.put(name, value.toString());
    }
  }

  private static void putStrings(ArrayNode node, List<String> values) {
    values.forEach(node::add);
  }

  private static JsonNode required(JsonNode node, String name) {
    JsonNode value = node.get(name);
    if (value == null) {
      throw new IllegalArgumentException("field '" + name + "' is missing");
    }
    return value;
  }

  private static String string(JsonNode node, String name) {
    JsonNode value = required(node, name);
    if (!value.isString()) {
      throw new IllegalArgumentException(
          "field '%s' must be a string, was %s".formatted(name, value));
    }
    return value.stringValue();
  }

  private static int integer(JsonNode node, String name) {
    JsonNode value = required(node, name);
    if (!value.isInt()) {
      throw new IllegalArgumentException(
          "field '%s' must be an integer, was %s".formatted(name, value));
    }
    return value.intValue();
  }

  private static Optional<String> optional(JsonNode node, String name) {
    return node.hasNonNull(name) ? Optional.of(string(node, name)) : Optional.empty();
  }

  private static List<String> strings(JsonNode node, String name) {
    var values = new ArrayList<String>();
    for (var value : required(node, name)) {
      if (!value.isString()) {
        throw new IllegalArgumentException(
            "field '%s' must hold strings, not %s".formatted(name, value));
      }
      values.add(value.stringValue());
    }
    return values;
  }
}
