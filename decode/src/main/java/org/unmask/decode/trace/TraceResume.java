package org.unmask.decode.trace;

import java.util.List;
import java.util.Map;
import org.unmask.decode.DecodeListener;
import org.unmask.decode.DecodeResult;
import org.unmask.decode.Decoder;
import org.unmask.decode.Replay;

/**
 * Goes on from a step of a recorded run, with the bits of the run that was never interrupted.
 *
 * <p>The steps before are replayed from what they predicted. They are computed again where that is
 * not recorded or not enough: for rules that read logits or attention, and from the last call on
 * that wrote the whole cache. Either way each is checked against its digest.
 *
 * <p>Traces of published decoders cannot be resumed: they hold neither our options nor digests.
 */
public final class TraceResume {

  private final Decoder decoder;

  /**
   * Makes a resumer.
   *
   * @param decoder of the model, and with the resources, that the run was recorded with
   */
  public TraceResume(Decoder decoder) {
    this.decoder = decoder;
  }

  /**
   * Refuses what cannot be resumed.
   *
   * @throws IllegalArgumentException with the reason
   */
  public static void check(RecordedTrace trace, int from) {
    if (!trace.isOwn()) {
      throw new IllegalArgumentException(
          "a trace of the published decoder "
              + trace.strategy()
              + " cannot be resumed, because it does not hold our options; record a run with"
              + " unmask trace --record");
    }
    int recorded = trace.steps().size();
    if (from < 0 || from > recorded) {
      throw new IllegalArgumentException(
          "step "
              + from
              + " was not recorded; the run has the steps 0 to "
              + (recorded - 1)
              + ", and "
              + recorded
              + " goes on behind them");
    }
  }

  /**
   * Goes on.
   *
   * @param trace recorded by {@link TraceWriter}, whole or not
   * @param from first step to decode anew, in [0, steps recorded]
   * @param listener receives all steps, the replayed ones first
   * @throws IllegalArgumentException if the trace cannot be resumed there, or the model does not
   *     repeat what was recorded
   */
  public DecodeResult resume(RecordedTrace trace, int from, DecodeListener listener) {
    check(trace, from);
    List<Map<String, Object>> recorded = trace.steps();
    Replay replay = Replay.of(trace.decodeSteps(), from);
    byte[][] digest = {{}};
    return decoder.resume(
        trace.request(),
        replay,
        (request, step) -> {
          digest[0] = TraceWriter.chained(digest[0], TraceWriter.finite(StepFields.of(step)));
          String now = java.util.HexFormat.of().formatHex(digest[0]);
          Object then = step.step() < from ? recorded.get(step.step()).get("digest") : now;
          if (!now.equals(then)) {
            throw new IllegalArgumentException(
                "step "
                    + step.step()
                    + " comes out differently from what was recorded (digest "
                    + now
                    + ", recorded "
                    + then
                    + "); use the model, auxiliary model and filter of the recording");
          }
          listener.onStep(request, step);
        });
  }
}
