package org.unmask.decode.trace;

import java.util.HashMap;
import java.util.Map;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.Draws;

/** Makes the request of a trace that we recorded. */
final class OwnStrategy {

  private OwnStrategy() {}

  static DecodeRequest request(RecordedTrace trace) {
    Map<Integer, Integer> given = new HashMap<>();
    if (trace.fields().get("given") instanceof Map<?, ?> recorded) {
      recorded.forEach(
          (position, token) ->
              given.put(Integer.valueOf(position.toString()), ((Number) token).intValue()));
    }
    return new DecodeRequest(
        trace.prompt(),
        DecodeOptions.of(trace.strategy(), trace.params()),
        trace.fields().get("sequence") instanceof Number n ? n.longValue() : 0,
        given,
        Draws.SEEDED);
  }
}
