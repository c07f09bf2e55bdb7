package org.unmask.bench.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.unmask.decode.trace.RecordedTrace;

/** Picks runs from a file of traces, and reads the texts of their tokens. */
final class TraceChoice {

  private TraceChoice() {}

  /**
   * Returns the i-th run.
   *
   * @throws IllegalArgumentException if there is none
   */
  static RecordedTrace of(List<RecordedTrace> traces, int i) {
    if (i < 0 || i >= traces.size()) {
      throw new IllegalArgumentException(
          "--trace " + i + " is not in the file, which has the runs 0 to " + (traces.size() - 1));
    }
    return traces.get(i);
  }

  /** Returns the texts of tokens that a recording has. */
  static Map<Integer, String> texts(RecordedTrace trace) {
    Map<Integer, String> texts = new HashMap<>();
    for (Map<String, Object> step : trace.steps()) {
      add(texts, step.get("token_ids"), step.get("texts"));
      add(texts, step.get("edited_ids"), step.get("edited_texts"));
      if (step.get("eos_id") instanceof Integer end
          && step.get("eos_text") instanceof String text) {
        texts.put(end, text);
      }
    }
    return texts;
  }

  private static void add(
      Map<Integer, String> texts, @Nullable Object ids, @Nullable Object names) {
    if (ids instanceof List<?> list && names instanceof List<?> words) {
      for (int i = 0; i < Math.min(list.size(), words.size()); i++) {
        texts.put(((Number) list.get(i)).intValue(), String.valueOf(words.get(i)));
      }
    }
  }
}
