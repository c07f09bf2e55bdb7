package org.unmask.bench.sweep;

import java.util.List;

/**
 * A curve of the report: one way to decode, at several degrees of parallelism.
 *
 * @param name unique in a run, for example {@code threshold}
 * @param adaptive whether the number of tokens per step depends on the sample; curves of adaptive
 *     strategies are interpolated for PBx, the others are not
 * @param settings the grid, from least to most parallel
 */
public record Strategy(String name, boolean adaptive, List<Setting> settings) {}
