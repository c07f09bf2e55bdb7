package org.unmask.tasks.merit;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Turns the scores of samples into the value of a task. */
public final class Aggregate {

  private Aggregate() {}

  /**
   * Returns the mean of each score times 100, as ParallelBench does.
   *
   * @param samples the scores of each sample, in [0, 1] by name; all with the same names
   * @return percentages by name, in the order of the first sample; none without samples
   * @throws IllegalArgumentException if a sample has other names
   */
  public static Map<String, Double> percent(Collection<Map<String, Double>> samples) {
    var sums = new LinkedHashMap<String, Double>();
    for (var scores : samples) {
      if (!sums.isEmpty() && !sums.keySet().equals(scores.keySet())) {
        throw new IllegalArgumentException(
            "samples have different scores: " + sums.keySet() + " and " + scores.keySet());
      }
      scores.forEach((name, score) -> sums.merge(name, score, Double::sum));
    }
    sums.replaceAll((name, sum) -> 100 * sum / samples.size());
    return sums;
  }
}
