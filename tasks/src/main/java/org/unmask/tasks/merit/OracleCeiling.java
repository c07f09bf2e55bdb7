package org.unmask.tasks.merit;

import java.util.Comparator;
import java.util.List;

/**
 * What a decoder could reach that knew the best setting for each sample: among the settings with
 * the sample's best score, the one with the fewest steps.
 *
 * <p>Source: ParallelBench, figure 7 and appendix G.2.
 *
 * @param score mean score of the chosen settings, in the unit of the trials
 * @param steps mean number of steps of the chosen settings
 */
public record OracleCeiling(double score, double steps) {

  /**
   * One sample decoded with one setting.
   *
   * @param score what it reached
   * @param steps forward passes it took
   */
  public record Trial(double score, int steps) {}

  /**
   * Chooses a setting for every sample.
   *
   * @param samples the trials of each sample, at least one sample with at least one trial each
   */
  public static OracleCeiling of(List<List<Trial>> samples) {
    var best =
        Comparator.comparingDouble(Trial::score)
            .thenComparing(Comparator.comparingInt(Trial::steps).reversed());
    var chosen = samples.stream().map(trials -> trials.stream().max(best).orElseThrow()).toList();
    return new OracleCeiling(
        chosen.stream().mapToDouble(Trial::score).average().orElseThrow(),
        chosen.stream().mapToDouble(Trial::steps).average().orElseThrow());
  }
}
