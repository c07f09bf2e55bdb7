package org.unmask.tasks.parallelbench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmask.tasks.metric.Judges;
import org.unmask.tasks.metric.Metric;

/**
 * One task of ParallelBench: how it asks, how long an answer may be and how answers are scored.
 *
 * @param version the release whose rules it follows
 * @param id name in data files and options, such as {@code waiting_line/copy}
 * @param name name in the paper, such as {@code Copy}
 * @param family the paper's group
 * @param genLength response length M in tokens: 32 for waiting lines, 64 for text and puzzles
 * @param samples number of samples in a full set
 * @param shots number of examples shown before the question
 * @param fixedShot the example that every sample shows, where the version has one for all
 * @param metric how an output is scored
 * @param figureMetric the score that the paper's figures call accuracy: {@code score}, but {@code
 *     grammar_score} for text
 * @param template the prompt with its fields in braces
 * @param stop where an output ends, if it occurs: what follows is not scored
 * @param recipe how samples are made without data files
 */
public record Task(
    Version version,
    String id,
    String name,
    Family family,
    int genLength,
    int samples,
    int shots,
    Optional<Example> fixedShot,
    Metric metric,
    String figureMetric,
    String template,
    Optional<String> stop,
    Recipe recipe) {

  /**
   * Returns the conversation for a sample: a user and an assistant turn for each example shown,
   * then the question. There is no system message; nothing is trimmed.
   *
   * @throws IllegalArgumentException if the sample lacks a field of the template
   */
  public List<Message> messages(Sample sample) {
    var messages = new ArrayList<Message>();
    for (var shot : sample.shots()) {
      messages.add(Message.user(Template.fill(template, shot.input())));
      messages.add(Message.assistant(shot.answer().example()));
    }
    messages.add(Message.user(Template.fill(template, sample.example().input())));
    return List.copyOf(messages);
  }

  /**
   * Scores one output, without the scores that need judges.
   *
   * @param sample a sample of this task
   * @param output the model's text, untrimmed
   * @return scores in [0, 1] by name, in the reference's order
   */
  public Map<String, Double> score(Sample sample, String output) {
    return score(sample, output, Judges.NONE);
  }

  /**
   * Scores one output.
   *
   * @param sample a sample of this task
   * @param output the model's text, untrimmed
   * @param judges opinions for text metrics; scores whose judge is absent are left out
   * @return scores in [0, 1] by name, in the reference's order
   */
  public Map<String, Double> score(Sample sample, String output, Judges judges) {
    var scores = metric.score(sample.answer(), cut(output), judges);
    if (version == Version.CLI_2026 && scores.containsKey("grammar_score")) {
      scores.put("score", scores.get("grammar_score"));
    }
    return scores;
  }

  /**
   * Scores one output by rules of our own that mend quirks of the benchmark's; see {@link
   * Metric#ownScores}.
   */
  public Map<String, Double> ownScores(Sample sample, String output) {
    return metric.ownScores(sample.answer(), cut(output));
  }

  private String cut(String output) {
    int end = stop.map(output::indexOf).orElse(-1);
    return end < 0 ? output : output.substring(0, end);
  }
}
