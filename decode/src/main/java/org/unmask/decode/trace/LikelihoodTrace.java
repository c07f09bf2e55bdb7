package org.unmask.decode.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmask.decode.Decoder;
import org.unmask.decode.LogLikelihood;

/** Repeats a published estimate of a log-likelihood, with the subsets that it masked. */
final class LikelihoodTrace {

  static final String STRATEGY = "llada.loglik";

  /** Largest relative difference; the published losses are sums in float32. */
  private static final double TOLERANCE = 1e-4;

  private LikelihoodTrace() {}

  /** Returns what differs first, empty if nothing does. */
  static Optional<String> firstDifference(Decoder decoder, RecordedTrace trace) {
    LogLikelihood likelihood =
        decoder.likelihood(((Number) trace.params().getOrDefault("cfg_scale", 0)).doubleValue());
    int[] answer = trace.ids("answer_ids");
    if (!(trace.fields().get("batches") instanceof List<?> batches) || answer.length == 0) {
      throw new IllegalArgumentException("trace of " + STRATEGY + " has no batches or no answer");
    }
    double sum = 0;
    for (int b = 0; b < batches.size(); b++) {
      Map<?, ?> batch = (Map<?, ?>) batches.get(b);
      List<int[]> masked = new ArrayList<>();
      List<Integer> sizes = new ArrayList<>();
      for (Object row : (List<?>) batch.get("masked")) {
        int[] positions = ((List<?>) row).stream().mapToInt(i -> ((Number) i).intValue()).toArray();
        masked.add(positions);
        sizes.add(positions.length);
      }
      List<Integer> counts = LogLikelihood.counts(answer.length, sizes.size(), sizes.getFirst());
      if (!sizes.equals(counts) || !counts.equals(batch.get("counts"))) {
        return Optional.of("batch " + b + ": expected counts " + sizes + ", were " + counts);
      }
      double loss = likelihood.loss(trace.prompt(), answer, masked);
      Optional<String> difference = difference("batch " + b + ": ", batch.get("loss"), loss);
      if (difference.isPresent()) {
        return difference;
      }
      sum += loss;
    }
    return difference("", trace.fields().get("log_likelihood"), -sum / batches.size());
  }

  private static Optional<String> difference(String where, Object wanted, double value) {
    double expected = ((Number) wanted).doubleValue();
    return Math.abs(expected - value) <= TOLERANCE * Math.max(1e-2, Math.abs(expected))
        ? Optional.empty()
        : Optional.of(where + "expected " + expected + ", was " + value);
  }
}
