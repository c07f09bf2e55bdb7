package org.unmask.bench.sweep;

import java.util.Map;

/**
 * One point of a strategy's grid.
 *
 * @param label short and unique in its strategy, for example {@code k=2}
 * @param options decoding options by long name, without hyphens in front
 */
public record Setting(String label, Map<String, String> options) {

  /**
   * Tells whether the setting makes sense for a response length: no block is longer than the
   * response, and no step unmasks more tokens than a block has. Others are left out of the plan.
   */
  public boolean fits(int genLength) {
    int length = number("gen-length", genLength);
    int block = number("block-length", length);
    return block <= length && number(Grid.TOKENS_PER_STEP, 1) <= block;
  }

  private int number(String option, int otherwise) {
    String value = options.getOrDefault(option, "");
    return value.matches("\\d{1,9}") ? Integer.parseInt(value) : otherwise;
  }
}
