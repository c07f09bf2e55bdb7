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
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Decodes the prompt of a trace anew and compares step for step.
 *
 * <p>Of a trace that we recorded, everything must be equal to the last bit, except times. Of a
 * trace of a published decoder, the result, the number of forward calls, the totals, and every
 * field of every step are compared: whole numbers, positions and tokens exactly, other numbers with
 * a tolerance. A null in it stands for what the published decoder did not say.
 */
public final class TraceVerifier {

  /**
   * Largest difference of two scores, relative above 1. The traces' logits were summed in another
   * order, and differ by up to some 1e-3 where stale cache rows feed on each other.
   */
  public static final double TOLERANCE = 5e-4;

  /** What a trace records for its readers, or as random numbers fed in. */
  private static final Set<String> NOT_COMPARED = Set.of("rand", "rand_start");

  private static final JsonMapper MAPPER = new JsonMapper();

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
   * @param trace made by the published decoder or by ours
   * @return what differs first, in one line; empty if nothing does
   * @throws IllegalArgumentException if the trace's decoder or its arguments are unknown
   */
  public Optional<String> firstDifference(RecordedTrace trace) {
    if (trace.strategy().equals(LikelihoodTrace.STRATEGY)) {
      return LikelihoodTrace.firstDifference(decoder, trace);
    }
    return trace.isOwn() ? ownDifference(trace) : publishedDifference(trace);
  }

  private Optional<String> ownDifference(RecordedTrace trace) {
    boolean hasPredictions = trace.steps().stream().anyMatch(s -> s.containsKey("predicted"));
    Decoder keeping = hasPredictions ? decoder.keepingPredictions() : decoder;
    List<Map<String, Object>> steps = new ArrayList<>();
    byte[][] digest = {{}};
    DecodeResult result =
        keeping.decode(
            trace.request(),
            (index, step) -> {
              Map<String, Object> fields = TraceWriter.finite(StepFields.of(step));
              digest[0] = TraceWriter.chained(digest[0], fields);
              fields.put("digest", java.util.HexFormat.of().formatHex(digest[0]));
              if (step.predictions() != null) {
                fields.put("predicted", StepFields.predicted(step.predictions()));
              }
              steps.add(read(fields));
            });
    for (int i = 0; i < Math.min(steps.size(), trace.steps().size()); i++) {
      Optional<String> difference = firstUnequal(trace.steps().get(i), steps.get(i));
      if (difference.isPresent()) {
        return Optional.of("step " + i + ": " + difference.get());
      }
    }
    if (!trace.isWhole() && steps.size() >= trace.steps().size()) {
      return Optional.empty(); // cut short, and equal as far as it goes
    }
    if (steps.size() != trace.steps().size()) {
      return Optional.of("expected " + trace.steps().size() + " steps, made " + steps.size());
    }
    Map<String, Object> end = read(TraceWriter.end(result, null));
    for (Map.Entry<String, Object> field : end.entrySet()) {
      if (!field.getValue().equals(trace.fields().get(field.getKey()))) {
        return Optional.of(unequal(field.getKey(), trace.fields(), end));
      }
    }
    return Optional.empty();
  }

  /** Takes fields through JSON, so that they compare with those of a file. */
  private static Map<String, Object> read(Map<String, Object> fields) {
    return MAPPER.readValue(
        MAPPER.writeValueAsString(fields), new TypeReference<LinkedHashMap<String, Object>>() {});
  }

  private static Optional<String> firstUnequal(
      Map<String, Object> expected, Map<String, Object> actual) {
    Set<String> names = new java.util.LinkedHashSet<>(expected.keySet());
    names.addAll(actual.keySet());
    names.removeAll(StepFields.NOT_DECIDING);
    names.addAll(List.of("predicted", "digest")); // last, because they follow from the others
    for (String name : names) {
      if (!Objects.equals(expected.get(name), actual.get(name))) {
        return Optional.of(unequal(name, expected, actual));
      }
    }
    return Optional.empty();
  }

  private static String unequal(
      String name, Map<String, Object> expected, Map<String, Object> actual) {
    return "expected " + name + " " + expected.get(name) + ", was " + actual.get(name);
  }

  private Optional<String> publishedDifference(RecordedTrace trace) {
    DecodeRequest request = PublishedStrategy.request(trace);
    List<DecodeStep> steps = new ArrayList<>();
    DecodeResult result = decoder.decode(request, (index, step) -> steps.add(step));
    for (int i = 0; i < Math.min(steps.size(), trace.steps().size()); i++) {
      Map<String, Object> expected = new LinkedHashMap<>(trace.steps().get(i));
      if (Boolean.TRUE.equals(trace.fields().get("edge_last_row"))) {
        expected.remove("ar_logprob"); // the release kept a row one too early, see Apd
      }
      Optional<String> difference = difference(expected, StepFields.complete(steps.get(i)));
      if (difference.isPresent()) {
        return Optional.of("step " + i + ": " + difference.get());
      }
    }
    if (steps.size() != trace.steps().size()) {
      return Optional.of("expected " + trace.steps().size() + " steps, made " + steps.size());
    }
    Optional<String> total =
        difference(trace.fields(), PublishedTotals.of(trace, request, steps, result));
    if (total.isPresent()) {
      return total;
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
