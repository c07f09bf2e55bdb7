package org.unmask.decode.trace;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeResult;
import org.unmask.decode.DecodeStep;
import org.unmask.decode.Draws;
import org.unmask.decode.Staleness;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes one run as JSON Lines: a line about the run, one per step, one about its end. {@link
 * TraceFile} reads them.
 *
 * <p>A step's {@code digest} is a hash over the one before and everything the step decided, so that
 * equal digests at a step mean equal runs up to there. Only {@code ms}, the time since the step
 * before, depends on the machine.
 */
public final class TraceWriter {

  /** The key that marks the first line of a run; its value is the version of the format. */
  public static final String MARK = "unmask_trace";

  private static final int DIGEST_BYTES = 16;
  private static final JsonMapper MAPPER = new JsonMapper();

  private final Consumer<String> out;
  private final IntFunction<String> text;
  private final ToLongFunction<DecodeStep.Work> flops;
  private final @Nullable LongSupplier nanos;
  private final long begun;
  private long last;
  private long flopsSum;
  private @Nullable Staleness staleness;
  private byte[] digest = {};

  /**
   * Makes a writer of one run.
   *
   * @param out receives each line, without a line feed
   * @param text returns the text of a token, for readers
   * @param flops returns the floating-point operations of some work
   * @param nanos a clock in nanoseconds, or null to leave times out
   */
  public TraceWriter(
      Consumer<String> out,
      IntFunction<String> text,
      ToLongFunction<DecodeStep.Work> flops,
      @Nullable LongSupplier nanos) {
    this.out = out;
    this.text = text;
    this.flops = flops;
    this.nanos = nanos;
    begun = now();
    last = begun;
  }

  private long now() {
    return nanos == null ? 0 : nanos.getAsLong();
  }

  /**
   * Writes the line about the run.
   *
   * @param request what is decoded
   * @param facts model and whatever else tells what it is decoded with
   */
  public void begin(DecodeRequest request, Map<String, ?> facts) {
    if (request.draws() != Draws.SEEDED) {
      throw new IllegalArgumentException(
          "a run whose random numbers were fed in cannot be recorded; draw them from a seed");
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put(MARK, 1);
    line.putAll(facts);
    line.put("algorithm", request.options().algorithm().id());
    line.put("options", request.options().values());
    line.put("sequence", request.sequence());
    if (!request.given().isEmpty()) {
      line.put("given", request.given());
    }
    line.put("prompt_ids", request.prompt());
    out.accept(MAPPER.writeValueAsString(line));
  }

  /** Writes a step. */
  public void step(DecodeStep step) {
    Map<String, Object> line = finite(StepFields.of(step));
    digest = chained(digest, line);
    line.put("texts", texts(step.tokenIds()));
    if (!step.edits().isEmpty()) {
      line.put("edited_texts", texts(step.edits().stream().map(DecodeStep.Edit::to).toList()));
    }
    if (step.details().get("eos_id") instanceof Integer end) {
      line.put("eos_text", text.apply(end));
    }
    long count = flops.applyAsLong(step.work());
    flopsSum += count;
    line.put("flops", count);
    if (step.predictions() != null) {
      line.put("predicted", StepFields.predicted(step.predictions()));
    }
    if (step.staleness() != null) {
      line.put("staleness", StepFields.staleness(step.staleness()));
      staleness = staleness == null ? step.staleness() : staleness.plus(step.staleness());
    }
    if (nanos != null) {
      long now = now();
      line.put("ms", millis(now - last));
      last = now;
    }
    line.put("digest", HexFormat.of().formatHex(digest));
    out.accept(MAPPER.writeValueAsString(line));
  }

  /** Writes the line about the end. */
  public void end(DecodeResult result) {
    Map<String, Object> line = new LinkedHashMap<>(end(result, staleness));
    line.put("flops", flopsSum);
    if (nanos != null) {
      line.put("ms", millis(now() - begun));
    }
    out.accept(MAPPER.writeValueAsString(line));
  }

  /** Returns the sum of what was measured, or null. */
  public @Nullable Staleness staleness() {
    return staleness;
  }

  static Map<String, Object> end(DecodeResult result, @Nullable Staleness staleness) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("final_ids", result.ids());
    line.put("nfe", result.nfe());
    line.put("nfe_ar", result.auxiliaryNfe());
    line.put("nfe_prefill", result.prefillNfe());
    line.put("nfe_store", result.storeNfe());
    line.put("query_rows", result.queryRows());
    line.put("key_rows", result.keyRows());
    line.put("generated_tokens", result.generatedTokens());
    line.put("kept_tokens", result.keptTokens());
    if (staleness != null) {
      line.put("staleness", StepFields.staleness(staleness));
    }
    return line;
  }

  /** Returns the digest of a step's deciding fields after another digest. */
  static byte[] chained(byte[] before, Map<String, Object> fields) {
    MessageDigest hash;
    try {
      hash = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    hash.update(before);
    hash.update(MAPPER.writeValueAsString(fields).getBytes(StandardCharsets.UTF_8));
    return java.util.Arrays.copyOf(hash.digest(), DIGEST_BYTES);
  }

  /** JSON has no NaN and no infinity; what a rule did not say is null. */
  static Map<String, Object> finite(Map<String, Object> fields) {
    fields.replaceAll((name, value) -> finite(value));
    return fields;
  }

  private static @Nullable Object finite(@Nullable Object value) {
    if (value instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>();
      list.forEach(each -> copy.add(finite(each)));
      return copy;
    }
    return value instanceof Double number && !Double.isFinite(number) ? null : value;
  }

  private List<String> texts(List<Integer> ids) {
    return ids.stream().map(text::apply).toList();
  }

  private static double millis(long nanos) {
    return Math.rint(nanos / 1e3) / 1e3;
  }
}
