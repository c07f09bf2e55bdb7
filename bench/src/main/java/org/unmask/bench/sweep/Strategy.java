package org.unmask.bench.sweep;

import java.util.List;

/**
 * A curve of the report: one way to decode, at several degrees of parallelism.
 *
 * @param name unique in a run, for example {@code threshold}
 * @param adaptive whether the number of tokens per step depends on the sample; curves of adaptive
 *     strategies are interpolated for PBx, the others are not
 * @param settings the grid, from least to most parallel
 * @param models names of the models it is measured with; empty for all of the run
 */
public record Strategy(String name, boolean adaptive, List<Setting> settings, List<String> models) {

  /** Makes a strategy that is measured with all models. */
  public Strategy(String name, boolean adaptive, List<Setting> settings) {
    this(name, adaptive, settings, List.of());
  }

  /** Tells whether the strategy is measured with a model. */
  public boolean runsOn(String model) {
    return models.isEmpty() || models.contains(model);
  }
}
