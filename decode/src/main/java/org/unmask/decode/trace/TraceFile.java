package org.unmask.decode.trace;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * A file of traces made with published decoders: prompts, and for each run its arguments, what
 * every forward call did, and the result.
 *
 * @param fields what the file says of all its traces, such as {@code model}
 * @param traces the runs
 */
public record TraceFile(Map<String, Object> fields, List<RecordedTrace> traces) {

  private static final Set<String> TRACE_KEYS = Set.of("strategy", "params", "prompt", "steps");

  /**
   * Reads a file.
   *
   * @param in JSON text in UTF-8; not closed
   * @throws IOException if it cannot be read or is no trace file
   */
  public static TraceFile read(InputStream in) throws IOException {
    Map<String, Object> root;
    try {
      root = new JsonMapper().readValue(in, new TypeReference<LinkedHashMap<String, Object>>() {});
    } catch (JacksonException e) {
      throw new IOException("the trace file is not JSON: " + e.getOriginalMessage(), e);
    }
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
        ((List<?>) prompt.get("ids")).stream().mapToInt(i -> ((Number) i).intValue()).toArray(),
        fields,
        steps);
  }

  @SuppressWarnings("unchecked") // JSON objects have string keys
  private static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }
}
