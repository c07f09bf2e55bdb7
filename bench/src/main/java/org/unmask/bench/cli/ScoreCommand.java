package org.unmask.bench.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.unmask.bench.grammar.LanguageTool;
import org.unmask.bench.sweep.Scorer;
import org.unmask.tasks.metric.GrammarChecker;
import org.unmask.tasks.metric.Judges;
import org.unmask.tasks.parallelbench.ParallelBench;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;
import org.unmask.tasks.parallelbench.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code unmask score}: scores answers made elsewhere. */
@Command(
    name = "score",
    description = {
      "Score given answers to the samples of a task.",
      "",
      "Each line of the answers is an object with 'index', the number of the sample from 0, and"
          + " 'output', the text to score. Other keys are ignored."
    })
final class ScoreCommand extends Verb {

  @Option(
      names = "--task",
      required = true,
      paramLabel = "T",
      order = 1,
      description = "Task id; unmask tasks lists them.")
  String task = "";

  @Option(
      names = "--answers",
      required = true,
      paramLabel = "FILE",
      order = 2,
      description = "JSON Lines with the answers.")
  Path answers = Path.of("");

  @Option(
      names = "--task-version",
      paramLabel = "V",
      defaultValue = "paper-2510",
      order = 3,
      description = "Release of ParallelBench: paper-2510 or cli-2026. They do not compare.")
  String taskVersion = "paper-2510";

  @Mixin DataFlags data = new DataFlags();

  @Override
  void run() throws IOException {
    Task chosen = ParallelBench.task(Version.of(taskVersion), task);
    List<Sample> samples = data.samples(chosen);
    Judges judges = Judges.NONE;
    if (Scorer.needsGrammar(chosen)) {
      GrammarChecker checker = LanguageTool.in(terminal().home()).newChecker();
      terminal().note("grammar checked by " + checker.version());
      judges = Judges.ofGrammar(checker);
    }
    Map<String, Double> sums = new LinkedHashMap<>();
    int request = 0;
    try (BufferedReader reader = Files.newBufferedReader(answers)) {
      int number = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        if (line.isBlank()) {
          continue;
        }
        Map<String, Double> scores = score(chosen, samples, judges, line, number);
        scores.forEach((name, value) -> sums.merge(name, value, Double::sum));
        if (json) {
          ObjectNode out = Json.object().put("request", request);
          scores.forEach(out.putObject("scores")::put);
          print(out);
        }
        request++;
      }
    } catch (CharacterCodingException e) {
      throw new IOException(answers + " is not UTF-8 text", e);
    }
    if (request == 0) {
      throw usage(answers + " holds no answer");
    }
    if (!json) {
      int count = request;
      print(
          sums.entrySet().stream()
              .map(
                  e ->
                      String.format(Locale.ROOT, "%s %.2f", e.getKey(), 100 * e.getValue() / count))
              .collect(Collectors.joining(", ", task + ": ", " over " + count + " answers")));
    }
  }

  private Map<String, Double> score(
      Task chosen, List<Sample> samples, Judges judges, String line, int number) {
    String at = answers + " line " + number + ": ";
    JsonNode answer;
    try {
      answer = Json.MAPPER.readTree(line);
    } catch (JacksonException e) {
      throw usage(at + Errors.line(e));
    }
    JsonNode index = answer.path("index");
    JsonNode output = answer.path("output");
    if (!index.isInt() || !output.isString()) {
      throw usage(at + "an answer is {\"index\": a whole number, \"output\": a text}");
    }
    if (index.asInt() < 0 || index.asInt() >= samples.size()) {
      throw usage(
          at
              + "index "
              + index.asInt()
              + " is outside 0 to "
              + (samples.size() - 1)
              + " of "
              + task);
    }
    return chosen.score(samples.get(index.asInt()), output.asString(), judges);
  }
}
