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
 * @param failed those of them that could not be decoded; they count as wrong, and not for speed
 * @param score the score shown in figures, in [0, 100]
 * @param scores all metrics, each in [0, 100]; empty for an average over tasks
 * @param tokensPerStep mean of M / NFE
 * @param nfe mean number of forward passes
 * @param auxiliaryNfe mean number of forward passes of another network
 * @param acceptedShare accepted tokens among those drafted and verified; 0 if none were
 * @param keptShare real text among the generated tokens, in [0, 1]
 * @param msPerStep wall-clock milliseconds per forward pass of a sequence
 * @param tokensPerSecond real text per second of decoding
 * @param joulesPerToken energy per token of real text; NaN where it was not measured
 */
public record Measure(
    int samples,
    int failed,
    double score,
    Map<String, Double> scores,
    double tokensPerStep,
    double nfe,
    double auxiliaryNfe,
    double acceptedShare,
    double keptShare,
    double msPerStep,
    double tokensPerSecond,
    double joulesPerToken) {

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
    long auxiliary = 0;
    long drafted = 0;
    long accepted = 0;
    long kept = 0;
    long generated = 0;
    double ms = 0;
    double joules = 0;
    int failed = 0;
    for (SampleRow row : rows) {
      if (row.failed()) {
        failed++;
        continue;
      }
      joules += row.joules() == null ? Double.NaN : row.joules();
      row.scores().forEach((name, value) -> scores.merge(name, value, Double::sum));
      tokensPerStep += row.tokensPerStep();
      nfe += row.nfe();
      auxiliary += row.auxiliaryNfe();
      drafted += row.draftedTokens();
      accepted += row.acceptedTokens();
      kept += row.keptTokens();
      generated += row.genLength();
      ms += row.ms();
    }
    int n = rows.size();
    int decoded = n - failed;
    scores.replaceAll((_, sum) -> 100 * sum / n);
    return new Measure(
        n,
        failed,
        scores.getOrDefault(figureMetric, 0.0),
        scores,
        ratio(tokensPerStep, decoded),
        ratio(nfe, decoded),
        ratio(auxiliary, decoded),
        ratio(accepted, drafted),
        ratio(kept, generated),
        ratio(ms, nfe),
        ratio(1000 * kept, ms),
        joules / kept);
  }

  /**
   * Averages over tasks: equal weights for everything but time, which is summed.
   *
   * @param tasks at least one
   */
  static Measure average(Collection<Measure> tasks) {
    int samples = 0;
    int failed = 0;
    double joules = 0;
    double score = 0;
    double tokensPerStep = 0;
    double nfe = 0;
    double auxiliaryNfe = 0;
    double acceptedShare = 0;
    double keptShare = 0;
    double steps = 0;
    double ms = 0;
    double kept = 0;
    for (Measure task : tasks) {
      samples += task.samples;
      failed += task.failed;
      score += task.score;
      tokensPerStep += task.tokensPerStep;
      nfe += task.nfe;
      auxiliaryNfe += task.auxiliaryNfe;
      acceptedShare += task.acceptedShare;
      keptShare += task.keptShare;
      double taskSteps = task.nfe * (task.samples - task.failed);
      steps += taskSteps;
      ms += task.msPerStep * taskSteps;
      double taskKept = task.tokensPerSecond * task.msPerStep * taskSteps / 1000;
      kept += taskKept;
      joules += task.joulesPerToken * taskKept;
    }
    int n = tasks.size();
    return new Measure(
        samples,
        failed,
        score / n,
        Map.of(),
        tokensPerStep / n,
        nfe / n,
        auxiliaryNfe / n,
        acceptedShare / n,
        keptShare / n,
        ratio(ms, steps),
        ratio(1000 * kept, ms),
        joules / kept);
  }

  /** Returns a ratio, 0 where nothing was decoded. */
  private static double ratio(double sum, double of) {
    return of == 0 ? 0 : sum / of;
  }

  /** Writes what does not depend on the machine, rounded to 6 decimals. */
  void writeTo(ObjectNode node) {
    node.put("samples", samples);
    if (failed > 0) {
      node.put("failed", failed);
    }
    node.put("score", round(score));
    if (!scores.isEmpty()) {
      ObjectNode all = node.putObject("scores");
      scores.forEach((name, value) -> all.put(name, round(value)));
    }
    node.put("tokens_per_step", round(tokensPerStep))
        .put("nfe", round(nfe))
        .put("kept_share", round(keptShare));
    if (auxiliaryNfe > 0) {
      node.put("auxiliary_nfe", round(auxiliaryNfe));
    }
    if (acceptedShare > 0) {
      node.put("accepted_share", round(acceptedShare));
    }
  }

  /** Writes what depends on the machine. */
  void writeSpeedTo(ObjectNode node) {
    node.put("ms_per_step", round(msPerStep)).put("tokens_per_second", round(tokensPerSecond));
    if (!Double.isNaN(joulesPerToken)) {
      node.put("joules_per_token", round(joulesPerToken));
    }
  }

  static double round(double value) {
    return Math.rint(value * 1e6) / 1e6;
  }
}
