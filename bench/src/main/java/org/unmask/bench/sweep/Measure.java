package org.unmask.bench.sweep;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/**
 * Averages over the samples of one task, or over tasks.
 *
 * @param samples how many were measured
 * @param score the score shown in figures, in [0, 100]
 * @param scores all metrics, each in [0, 100]; empty for an average over tasks
 * @param tokensPerStep mean of M / NFE
 * @param nfe mean number of forward passes
 * @param keptShare real text among the generated tokens, in [0, 1]
 * @param msPerStep wall-clock milliseconds per forward pass of a sequence
 * @param tokensPerSecond real text per second of decoding
 */
public record Measure(
    int samples,
    double score,
    Map<String, Double> scores,
    double tokensPerStep,
    double nfe,
    double keptShare,
    double msPerStep,
    double tokensPerSecond) {

  /**
   * Averages the samples of one task at one setting.
   *
   * @param rows at least one, ascending by index so that sums do not depend on the order of work
   * @param figureMetric the score shown in figures
   */
  static Measure of(List<SampleRow> rows, String figureMetric) {
    Map<String, Double> scores = new TreeMap<>();
    double tokensPerStep = 0;
    long nfe = 0;
    long kept = 0;
    long generated = 0;
    double ms = 0;
    for (SampleRow row : rows) {
      row.scores().forEach((name, value) -> scores.merge(name, value, Double::sum));
      tokensPerStep += row.tokensPerStep();
      nfe += row.nfe();
      kept += row.keptTokens();
      generated += row.genLength();
      ms += row.ms();
    }
    int n = rows.size();
    scores.replaceAll((_, sum) -> 100 * sum / n);
    return new Measure(
        n,
        scores.getOrDefault(figureMetric, 0.0),
        scores,
        tokensPerStep / n,
        (double) nfe / n,
        (double) kept / generated,
        ms / nfe,
        1000 * kept / ms);
  }

  /**
   * Averages over tasks: equal weights for everything but time, which is summed.
   *
   * @param tasks at least one
   */
  static Measure average(Collection<Measure> tasks) {
    int samples = 0;
    double score = 0;
    double tokensPerStep = 0;
    double nfe = 0;
    double keptShare = 0;
    double steps = 0;
    double ms = 0;
    double kept = 0;
    for (Measure task : tasks) {
      samples += task.samples;
      score += task.score;
      tokensPerStep += task.tokensPerStep;
      nfe += task.nfe;
      keptShare += task.keptShare;
      double taskSteps = task.nfe * task.samples;
      steps += taskSteps;
      ms += task.msPerStep * taskSteps;
      kept += task.tokensPerSecond * task.msPerStep * taskSteps / 1000;
    }
    int n = tasks.size();
    return new Measure(
        samples,
        score / n,
        Map.of(),
        tokensPerStep / n,
        nfe / n,
        keptShare / n,
        ms / steps,
        1000 * kept / ms);
  }

  /** Writes what does not depend on the machine, rounded to 6 decimals. */
  void writeTo(ObjectNode node) {
    node.put("samples", samples).put("score", round(score));
    if (!scores.isEmpty()) {
      ObjectNode all = node.putObject("scores");
      scores.forEach((name, value) -> all.put(name, round(value)));
    }
    node.put("tokens_per_step", round(tokensPerStep))
        .put("nfe", round(nfe))
        .put("kept_share", round(keptShare));
  }

  /** Writes what depends on the machine. */
  void writeSpeedTo(ObjectNode node) {
    node.put("ms_per_step", round(msPerStep)).put("tokens_per_second", round(tokensPerSecond));
  }

  static double round(double value) {
    return Math.rint(value * 1e6) / 1e6;
  }
}
