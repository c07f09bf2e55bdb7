package org.unmask.decode.trace;

import java.util.List;
import java.util.Map;

/**
 * One decoding run as a trace file holds it.
 *
 * @param strategy name of the published decoder
 * @param params its arguments, under its own names
 * @param prompt token ids
 * @param fields everything else, such as {@code gen_length}, {@code nfe} and {@code final_ids}
 * @param steps one map per forward call
 */
public record RecordedTrace(
    String strategy,
    Map<String, Object> params,
    int[] prompt,
    Map<String, Object> fields,
    List<Map<String, Object>> steps) {

  /** Returns a list of whole numbers among the fields; empty if there is none. */
  public int[] ids(String name) {
    return fields.get(name) instanceof List<?> list
        ? list.stream().mapToInt(i -> ((Number) i).intValue()).toArray()
        : new int[0];
  }

  /** Returns a whole number among the fields. */
  public int integer(String name) {
    if (fields.get(name) instanceof Number number) {
      return number.intValue();
    }
    throw new IllegalArgumentException(
        "trace of " + strategy + " has no number '" + name + "'; is it a trace of another kind?");
  }

  @Override
  public String toString() {
    return strategy + params + " on a prompt of " + prompt.length + " tokens";
  }
}
