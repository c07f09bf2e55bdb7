package org.unmask.tasks.parallelbench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmask.tasks.metric.GrammarChecker;
import org.unmask.tasks.metric.Judges;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the golden files. */
final class Golden {

  private static final JsonMapper JSON = JsonMapper.shared();

  private Golden() {}

  /**
   * One line of the scoring file.
   *
   * @param answer the reference, where the line itself holds it; else missing
   */
  record Case(
      String task,
      int index,
      String name,
      String metric,
      String output,
      JsonNode answer,
      Map<String, Double> scores) {

    /** A judge that repeats the grammar score of this line. */
    Judges judges() {
      if (!scores.containsKey("grammar_score")) {
        return Judges.NONE;
      }
      return Judges.ofGrammar(
          new GrammarChecker() {
            @Override
            public int mistakes(String text) {
              return scores.get("grammar_score") == 1.0 ? 0 : 1;
            }

            @Override
            public String version() {
              return "golden";
            }
          });
    }

    String sample() {
      return task + "#" + index;
    }

    @Override
    public String toString() {
      return sample() + " " + name;
    }
  }

  /** One line of the prompts file. */
  record Prompt(String task, int index, List<Message> messages, JsonNode label) {}

  static List<Case> cases() {
    var cases = new ArrayList<Case>();
    for (var node : lines("scoring.jsonl")) {
      var scores = new LinkedHashMap<String, Double>();
      for (var score : node.get("scores").properties()) {
        scores.put(score.getKey(), score.getValue().doubleValue());
      }
      cases.add(
          new Case(
              node.get("task").stringValue(),
              node.get("index").intValue(),
              node.get("case").stringValue(),
              node.get("metric").stringValue(),
              node.get("output").stringValue(),
              node.path("answer"),
              scores));
    }
    return cases;
  }

  static List<Prompt> prompts() {
    var prompts = new ArrayList<Prompt>();
    for (var node : lines("prompts.jsonl")) {
      var messages = new ArrayList<Message>();
      for (var message : node.get("messages")) {
        messages.add(
            new Message(message.get("role").stringValue(), message.get("content").stringValue()));
      }
      prompts.add(
          new Prompt(
              node.get("task").stringValue(),
              node.get("index").intValue(),
              messages,
              node.get("label")));
    }
    return prompts;
  }

  private static List<JsonNode> lines(String file) {
    try (var stream = Golden.class.getResourceAsStream("/golden/parallelbench/" + file)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(JSON::readTree)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
