package org.unmask.decode.trace;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeStep;

/**
 * One decoding run as a trace file holds it.
 *
 * @param strategy name of the published decoder, or id of our algorithm
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

  /** Tells whether this was recorded by {@link TraceWriter}, and not with a published decoder. */
  public boolean isOwn() {
    return fields.containsKey(TraceWriter.MARK);
  }

  /** Tells whether the run was recorded to its end. */
  public boolean isWhole() {
    return fields.containsKey("final_ids");
  }

  /** Returns a fact about the run as text; empty if it is not there. */
  public String text(String name) {
    return fields.get(name) instanceof String text ? text : "";
  }

  /**
   * Returns the request that repeats the run.
   *
   * @throws IllegalArgumentException if the decoder or its arguments are unknown
   */
  public DecodeRequest request() {
    return isOwn() ? OwnStrategy.request(this) : PublishedStrategy.request(this);
  }

  /** Returns the texts of tokens that the recording has. */
  public Map<Integer, String> texts() {
    Map<Integer, String> texts = new HashMap<>();
    for (Map<String, Object> step : steps) {
      addTexts(texts, step.get("token_ids"), step.get("texts"));
      addTexts(texts, step.get("edited_ids"), step.get("edited_texts"));
      if (step.get("eos_id") instanceof Integer end
          && step.get("eos_text") instanceof String text) {
        texts.put(end, text);
      }
    }
    return texts;
  }

  private static void addTexts(
      Map<Integer, String> texts, @Nullable Object ids, @Nullable Object names) {
    if (ids instanceof List<?> list && names instanceof List<?> words) {
      for (int i = 0; i < Math.min(list.size(), words.size()); i++) {
        texts.put(((Number) list.get(i)).intValue(), String.valueOf(words.get(i)));
      }
    }
  }

  /** Returns the steps as the decoder reported them. */
  public List<DecodeStep> decodeSteps() {
    return steps.stream().map(StepFields::read).toList();
  }

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
    return strategy + (isOwn() ? "" : params) + " on a prompt of " + prompt.length + " tokens";
  }
}
