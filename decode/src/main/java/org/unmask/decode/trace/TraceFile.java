package org.unmask.decode.trace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * A file of traces: one JSON document made with published decoders, or JSON Lines that {@link
 * TraceWriter} wrote.
 *
 * @param fields what the file says of all its traces, such as {@code model}
 * @param traces the runs
 */
public record TraceFile(Map<String, Object> fields, List<RecordedTrace> traces) {

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final TypeReference<LinkedHashMap<String, Object>> OBJECT =
      new TypeReference<>() {};
  private static final Set<String> TRACE_KEYS = Set.of("strategy", "params", "prompt", "steps");
  private static final Set<String> RUN_KEYS = Set.of("algorithm", "options", "prompt_ids");

  /**
   * Reads a file. A run whose last lines are missing, because its process was killed, has the steps
   * that are there and no end.
   *
   * @param in text in UTF-8; not closed
   * @throws IOException if it cannot be read or is no trace file
   */
  public static TraceFile read(InputStream in) throws IOException {
    return of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
  }

  /**
   * Reads the text of a file.
   *
   * @throws IOException if it is no trace file
   */
  public static TraceFile of(String text) throws IOException {
    String first = text.lines().filter(line -> !line.isBlank()).findFirst().orElse("");
    Map<String, Object> line = object(first);
    try {
      return line != null && line.containsKey(TraceWriter.MARK)
          ? ofLines(text)
          : ofDocument(MAPPER.readValue(text, OBJECT));
    } catch (JacksonException e) {
      throw new IOException("the trace file is not JSON: " + e.getOriginalMessage(), e);
    } catch (ClassCastException | NullPointerException e) {
      throw new IOException("the trace file is JSON, but has no traces of a known form", e);
    }
  }

  private static @Nullable Map<String, Object> object(String line) {
    try {
      return MAPPER.readValue(line, OBJECT);
    } catch (JacksonException e) {
      return null;
    }
  }

  private static TraceFile ofLines(String text) throws IOException {
    List<List<Map<String, Object>>> runs = new ArrayList<>();
    boolean isCut = false;
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      Map<String, Object> object = line.isBlank() ? null : object(line);
      if (object != null && object.containsKey(TraceWriter.MARK)) {
        runs.add(new ArrayList<>(List.of(object)));
        isCut = false;
      } else if (isCut && !line.isBlank()) {
        throw new IOException(
            "line " + (number - 1) + " of the trace file is cut short or damaged");
      } else if (object != null) {
        runs.getLast().add(object);
      } else {
        isCut = !line.isBlank();
      }
    }
    List<RecordedTrace> traces = new ArrayList<>();
    for (List<Map<String, Object>> run : runs) {
      traces.add(run(run));
    }
    Object model = traces.isEmpty() ? null : traces.getFirst().fields().get("model");
    return new TraceFile(model == null ? Map.of() : Map.of("model", model), traces);
  }

  private static RecordedTrace run(List<Map<String, Object>> lines) {
    Map<String, Object> head = lines.getFirst();
    Map<String, Object> fields = new LinkedHashMap<>(head);
    fields.keySet().removeAll(RUN_KEYS);
    List<Map<String, Object>> steps = new ArrayList<>();
    for (Map<String, Object> line : lines.subList(1, lines.size())) {
      if (line.containsKey("step")) {
        steps.add(line);
      } else {
        fields.putAll(line);
      }
    }
    return new RecordedTrace(
        (String) head.get("algorithm"),
        map(head.get("options")),
        ids(head.get("prompt_ids")),
        fields,
        steps);
  }

  private static TraceFile ofDocument(Map<String, Object> root) throws IOException {
    if (!(root.remove("traces") instanceof List<?> traces)
        || !(root.remove("prompts") instanceof List<?> prompts)) {
      throw new IOException("the trace file has no 'traces' or no 'prompts'; is it another file?");
    }
    List<RecordedTrace> read = new ArrayList<>();
    for (Object trace : traces) {
      read.add(trace(map(trace), prompts));
    }
    return new TraceFile(root, read);
  }

  private static RecordedTrace trace(Map<String, Object> trace, List<?> prompts) {
    Map<String, Object> prompt = map(prompts.get(((Number) trace.get("prompt")).intValue()));
    Map<String, Object> fields = new LinkedHashMap<>(trace);
    fields.keySet().removeAll(TRACE_KEYS);
    List<Map<String, Object>> steps = new ArrayList<>();
    if (trace.get("steps") instanceof List<?> list) {
      list.forEach(step -> steps.add(map(step)));
    }
    return new RecordedTrace(
        (String) trace.get("strategy"),
        map(trace.get("params")),
        ids(prompt.get("ids")),
        fields,
        steps);
  }

  private static int[] ids(@Nullable Object list) {
    return ((List<?>) java.util.Objects.requireNonNull(list))
        .stream().mapToInt(i -> ((Number) i).intValue()).toArray();
  }

  @SuppressWarnings("unchecked") // JSON objects have string keys
  private static Map<String, Object> map(@Nullable Object value) {
    return (Map<String, Object>) java.util.Objects.requireNonNull(value);
  }
}
