package org.unmask.bench.sweep;

import java.util.Map;

/**
 * One point of a strategy's grid.
 *
 * @param label short and unique in its strategy, for example {@code k=2}
 * @param options decoding options by long name, without hyphens in front
 */
public record Setting(String label, Map<String, String> options) {}
