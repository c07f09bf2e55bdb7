package org.unmask.decode.trace;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.unmask.decode.DecodeStep;
import org.unmask.decode.RowPredictions;
import org.unmask.decode.Staleness;

/**
 * The one set of names under which a step is written, read and compared; those of the published
 * traces where they have one.
 */
public final class StepFields {

  /** What a step took, which differs from run to run, and what is there for readers only. */
  static final Set<String> NOT_DECIDING =
      Set.of(
          "texts", "edited_texts", "eos_text", "flops", "ms", "predicted", "staleness", "digest");

  private StepFields() {}

  /**
   * Returns what a step did and what the rule went by. What did not happen is left out.
   *
   * @param step of any algorithm
   */
  public static Map<String, Object> of(DecodeStep step) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("step", step.step());
    fields.put("kind", step.kind().name().toLowerCase(Locale.ROOT));
    fields.put("block", step.block() < 0 ? null : step.block());
    fields.put("forward_offset", step.forwardOffset());
    fields.put("forward_len", step.forwardLength());
    fields.put("positions", step.positions());
    fields.put("token_ids", step.tokenIds());
    fields.put("confidence", step.confidence());
    if (!step.remasked().isEmpty() || !step.remaskedBefore().isEmpty()) {
      fields.put("remasked", remasked(step));
    }
    if (!step.remaskedBefore().isEmpty()) {
      fields.put("remasked_before", step.remaskedBefore());
    }
    if (!step.edits().isEmpty()) {
      putEdits(fields, step);
    }
    fields.putAll(step.details());
    DecodeStep.Rows main = step.work().main();
    DecodeStep.Rows auxiliary = step.work().auxiliary();
    fields.put("query_rows", main.queryRows());
    fields.put("key_rows", main.keyRows());
    if (main.keptRows() > 0) {
      fields.put("kept_rows", main.keptRows());
    }
    if (main.calls() != 1) {
      fields.put("calls", main.calls());
    }
    if (auxiliary.calls() > 0) {
      fields.put("auxiliary_calls", auxiliary.calls());
      fields.put("auxiliary_rows", auxiliary.queryRows());
    }
    return fields;
  }

  /** Returns all fields that a published trace may have, also those of what did not happen. */
  static Map<String, Object> complete(DecodeStep step) {
    Map<String, Object> fields = of(step);
    fields.put("remasked", remasked(step));
    fields.put("removed", step.remasked());
    putEdits(fields, step);
    return fields;
  }

  private static List<Integer> remasked(DecodeStep step) {
    List<Integer> remasked = new ArrayList<>(step.remaskedBefore());
    remasked.addAll(step.remasked());
    return remasked;
  }

  private static void putEdits(Map<String, Object> fields, DecodeStep step) {
    List<DecodeStep.Edit> edits = step.edits();
    fields.put("edited", edits.stream().map(DecodeStep.Edit::position).toList());
    fields.put("edited_ids", edits.stream().map(DecodeStep.Edit::to).toList());
    fields.put("edited_from", edits.stream().map(DecodeStep.Edit::from).toList());
    fields.put("edited_confidence", edits.stream().map(DecodeStep.Edit::confidence).toList());
  }

  /** Returns what the network said of every row. */
  static Map<String, Object> predicted(RowPredictions rows) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("positions", rows.positions());
    fields.put("token_ids", rows.tokenIds());
    fields.put("confidence", rows.confidence());
    fields.put("top", rows.top());
    fields.put("second", rows.second());
    fields.put("entropy", rows.entropy());
    return fields;
  }

  /** Returns what a cache cost in accuracy. */
  public static Map<String, Object> staleness(Staleness measured) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("calls", measured.calls());
    fields.put("unmeasured", measured.unmeasured());
    fields.put("rows", measured.rows());
    fields.put("flips", measured.flips());
    fields.put("max_logit_error", measured.maxError());
    fields.put("mean_logit_error", measured.meanError());
    return fields;
  }

  /**
   * Reads a step back. What a published trace does not say counts as not having happened.
   *
   * @param fields as a file holds them
   */
  public static DecodeStep read(Map<String, Object> fields) {
    List<Integer> before = integers(fields.get("remasked_before"));
    Set<Integer> early = new HashSet<>(before);
    List<Integer> remasked =
        integers(fields.get("remasked")).stream().filter(p -> !early.contains(p)).toList();
    List<Integer> edited = integers(fields.get("edited"));
    List<Integer> from = integers(fields.get("edited_from"));
    List<Integer> to = integers(fields.get("edited_ids"));
    List<Double> confidence = numbers(fields.get("edited_confidence"));
    List<DecodeStep.Edit> edits = new ArrayList<>();
    for (int i = 0; i < edited.size(); i++) {
      edits.add(
          new DecodeStep.Edit(
              edited.get(i),
              i < from.size() ? from.get(i) : -1,
              to.get(i),
              i < confidence.size() ? confidence.get(i) : Double.NaN));
    }
    Map<String, Object> details = new LinkedHashMap<>();
    for (String name : List.of("eos_filled_from", "eos_id", "length")) {
      if (fields.get(name) instanceof Number number) {
        details.put(name, number.intValue());
      }
    }
    DecodeStep.Rows main =
        new DecodeStep.Rows(
            integer(fields, "calls", 1),
            integer(fields, "query_rows", 0),
            integer(fields, "key_rows", 0),
            0,
            0,
            integer(fields, "kept_rows", 0));
    return new DecodeStep(
        integer(fields, "step", 0),
        fields.get("kind") instanceof String kind
            ? DecodeStep.Kind.valueOf(kind.toUpperCase(Locale.ROOT))
            : DecodeStep.Kind.DENOISE,
        integer(fields, "block", -1),
        integer(fields, "forward_offset", 0),
        integer(fields, "forward_len", 0),
        integers(fields.get("positions")),
        integers(fields.get("token_ids")),
        numbers(fields.get("confidence")),
        before,
        remasked,
        edits,
        details,
        new DecodeStep.Work(main, DecodeStep.Rows.NONE),
        fields.get("predicted") instanceof Map<?, ?> rows ? predictions(rows) : null,
        null);
  }

  private static RowPredictions predictions(Map<?, ?> rows) {
    return new RowPredictions(
        integers(rows.get("positions")),
        integers(rows.get("token_ids")),
        numbers(rows.get("confidence")),
        numbers(rows.get("top")),
        numbers(rows.get("second")),
        numbers(rows.get("entropy")));
  }

  private static int integer(Map<String, Object> fields, String name, int otherwise) {
    return fields.get(name) instanceof Number number ? number.intValue() : otherwise;
  }

  static List<Integer> integers(Object list) {
    return list instanceof List<?> all
        ? all.stream().map(each -> ((Number) each).intValue()).toList()
        : List.of();
  }

  static List<Double> numbers(Object list) {
    return list instanceof List<?> all
        ? all.stream()
            .map(each -> each instanceof Number number ? number.doubleValue() : Double.NaN)
            .toList()
        : List.of();
  }
}
