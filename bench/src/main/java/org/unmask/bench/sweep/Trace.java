package org.unmask.bench.sweep;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.unmask.decode.DecodeStep;
import org.unmask.decode.trace.RecordedTrace;

/**
 * How one sample was decoded, step by step, as the report shows it. A run's {@code traces.jsonl}
 * holds the whole recording, see {@link org.unmask.decode.trace.TraceWriter}.
 *
 * @param model name of the model
 * @param task task id
 * @param strategy name of the strategy
 * @param setting label of the grid point
 * @param index index of the sample
 * @param length of the response, in tokens
 * @param steps one per forward pass
 */
public record Trace(
    String model,
    String task,
    String strategy,
    String setting,
    int index,
    int length,
    List<Step> steps) {

  /**
   * What one forward pass changed.
   *
   * @param at positions that were unmasked, revoked or edited, in the order in which they were
   * @param tokens the text of each afterwards, or empty if it is a mask again
   * @param confidence of each, rounded to 3 digits; -1 if the rule gave none
   */
  public record Step(List<Integer> at, List<String> tokens, List<Double> confidence) {}

  /** Returns which sample this is of. */
  @JsonIgnore
  public SampleRow.Key key() {
    return new SampleRow.Key(model, task, strategy, setting, index);
  }

  /** The key under which the first line of a recording says which sample it is of. */
  static final String SAMPLE = "sample";

  /** Returns what {@link #SAMPLE} holds. */
  static Map<String, Object> sample(SampleRow.Key key) {
    Map<String, Object> sample = new LinkedHashMap<>();
    sample.put("task", key.task());
    sample.put("strategy", key.strategy());
    sample.put("setting", key.setting());
    sample.put("index", key.index());
    return sample;
  }

  /**
   * Makes a trace of a whole recording.
   *
   * @throws IllegalArgumentException if it does not say which sample it is of
   */
  static Trace of(RecordedTrace run) {
    if (!(run.fields().get(SAMPLE) instanceof Map<?, ?> sample)
        || !(sample.get("index") instanceof Number index)) {
      throw new IllegalArgumentException("the recording is of no sample of a run");
    }
    Map<Integer, String> texts = run.texts();
    IntFunction<String> text = id -> texts.getOrDefault(id, "");
    int length = run.ids("final_ids").length;
    List<Step> all = new ArrayList<>();
    for (DecodeStep step : run.decodeSteps()) {
      Step changes = new Step(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
      step.remaskedBefore().forEach(p -> change(changes, p, "", -1));
      for (int i = 0; i < step.positions().size(); i++) {
        double confidence = i < step.confidence().size() ? step.confidence().get(i) : -1;
        change(changes, step.positions().get(i), text.apply(step.tokenIds().get(i)), confidence);
      }
      step.edits().forEach(e -> change(changes, e.position(), text.apply(e.to()), e.confidence()));
      step.remasked().forEach(p -> change(changes, p, "", -1));
      fill(changes, step.details(), length, text);
      all.add(changes);
    }
    return new Trace(
        run.text("model"),
        String.valueOf(sample.get("task")),
        String.valueOf(sample.get("strategy")),
        String.valueOf(sample.get("setting")),
        index.intValue(),
        length,
        all);
  }

  /** An early end of text fills the rest of the canvas. */
  private static void fill(
      Step changes, Map<String, Object> details, int length, IntFunction<String> text) {
    if (details.get("eos_filled_from") instanceof Number from
        && details.get("eos_id") instanceof Number id) {
      for (int p = from.intValue(); p < length; p++) {
        change(changes, p, text.apply(id.intValue()), -1);
      }
    }
  }

  private static void change(Step step, int position, String token, double confidence) {
    if (position >= 0) {
      step.at().add(position);
      step.tokens().add(token);
      step.confidence().add(Double.isFinite(confidence) ? Math.rint(confidence * 1e3) / 1e3 : -1);
    }
  }
}
