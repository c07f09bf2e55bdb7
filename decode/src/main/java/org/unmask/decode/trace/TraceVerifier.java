package org.unmask.decode.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeResult;
import org.unmask.decode.DecodeStep;
import org.unmask.decode.Decoder;

/**
 * Decodes the prompt of a trace anew and compares step for step.
 *
 * <p>Compared are the number of forward calls, the result, and every field of every step that our
 * steps have under the same name: whole numbers, positions and tokens exactly, other numbers with a
 * tolerance. A null in the trace stands for what the published decoder did not say.
 */
public final class TraceVerifier {

  /**
   * Largest difference of two scores, relative above 1. The traces' logits were summed in another
   * order, and differ by up to some 1e-3 where stale cache rows feed on each other.
   */
  public static final double TOLERANCE = 5e-4;

  /** What a trace records for its readers, or about the machine it was made on. */
  private static final Set<String> NOT_COMPARED = Set.of("rand", "step");

  private final Decoder decoder;

  /**
   * Makes a verifier.
   *
   * @param decoder of the model that the traces were made with
   */
  public TraceVerifier(Decoder decoder) {
    this.decoder = decoder;
  }

  /**
   * Finds where a run of ours parts from a trace.
   *
   * @param trace made by the published decoder
   * @return what differs first, in one line; empty if nothing does
   * @throws IllegalArgumentException if the trace's decoder or its arguments are unknown
   */
  public Optional<String> firstDifference(RecordedTrace trace) {
    DecodeRequest request = PublishedStrategy.request(trace);
    List<DecodeStep> steps = new ArrayList<>();
    DecodeResult result = decoder.decode(request, (index, step) -> steps.add(step));
    for (int i = 0; i < Math.min(steps.size(), trace.steps().size()); i++) {
      Map<String, Object> expected = new LinkedHashMap<>(trace.steps().get(i));
      if (Boolean.TRUE.equals(trace.fields().get("edge_last_row"))) {
        expected.remove("ar_logprob"); // the release kept a row one too early, see Apd
      }
      Optional<String> difference = difference(expected, fields(steps.get(i)));
      if (difference.isPresent()) {
        return Optional.of("step " + i + ": " + difference.get());
      }
    }
    if (steps.size() != trace.steps().size()) {
      return Optional.of("expected " + trace.steps().size() + " steps, made " + steps.size());
    }
    // the published guidance makes one call of a batch of two, which counts as two here
    int nfe = trace.integer(trace.fields().containsKey("forward_rows") ? "forward_rows" : "nfe");
    if (nfe != result.nfe()) {
      return Optional.of("expected nfe " + nfe + ", was " + result.nfe());
    }
    int[] expected = trace.ids("final_ids");
    return Arrays.equals(expected, result.ids())
        ? Optional.empty()
        : Optional.of(
            "expected final_ids "
                + Arrays.toString(expected)
                + ", were "
                + Arrays.toString(result.ids()));
  }

  /**
   * Returns a step's fields under the names of the trace files, what the rule went by included.
   *
   * @param step of any algorithm
   */
  public static Map<String, Object> fields(DecodeStep step) {
    Map<String, Object> fields = new LinkedHashMap<>(step.details());
    fields.put("kind", step.kind().name().toLowerCase(java.util.Locale.ROOT));
    fields.put("block", step.block() < 0 ? null : step.block());
    fields.put("forward_offset", step.forwardOffset());
    fields.put("forward_len", step.forwardLength());
    fields.put("positions", step.positions());
    fields.put("token_ids", step.tokenIds());
    fields.put("confidence", step.confidence());
    List<Integer> remasked = new ArrayList<>(step.remaskedBefore());
    remasked.addAll(step.remasked());
    fields.put("remasked", remasked);
    fields.put("removed", step.remasked());
    fields.put("edited", step.edits().stream().map(DecodeStep.Edit::position).toList());
    fields.put("edited_ids", step.edits().stream().map(DecodeStep.Edit::to).toList());
    fields.put("edited_from", step.edits().stream().map(DecodeStep.Edit::from).toList());
    fields.put(
        "edited_confidence", step.edits().stream().map(DecodeStep.Edit::confidence).toList());
    return fields;
  }

  private static Optional<String> difference(
      Map<String, Object> expected, Map<String, Object> actual) {
    for (Map.Entry<String, Object> field : expected.entrySet()) {
      String name = field.getKey();
      if (name.equals("block") && List.of().equals(expected.get("positions"))) {
        continue; // without a commit some files name the block and some do not
      }
      if (!NOT_COMPARED.contains(name)
          && actual.containsKey(name)
          && !same(field.getValue(), actual.get(name))) {
        return Optional.of(
            "expected " + name + " " + field.getValue() + ", was " + actual.get(name));
      }
    }
    return Optional.empty();
  }

  private static boolean same(@Nullable Object expected, @Nullable Object actual) {
    if (expected == null) {
      return true;
    }
    if (expected instanceof List<?> a && actual instanceof List<?> b) {
      boolean same = a.size() == b.size();
      for (int i = 0; same && i < a.size(); i++) {
        same = same(a.get(i), b.get(i));
      }
      return same;
    }
    if (expected instanceof Number a && actual instanceof Number b) {
      return isWhole(a) && isWhole(b)
          ? a.longValue() == b.longValue()
          : Math.abs(a.doubleValue() - b.doubleValue())
              <= TOLERANCE * Math.max(1, Math.abs(a.doubleValue()));
    }
    return Objects.equals(expected, actual);
  }

  private static boolean isWhole(Number number) {
    return number instanceof Integer || number instanceof Long;
  }
}
