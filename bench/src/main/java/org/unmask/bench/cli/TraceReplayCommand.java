package org.unmask.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.unmask.decode.DecodeStep;
import org.unmask.decode.trace.CanvasReplay;
import org.unmask.decode.trace.RecordedTrace;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code unmask trace replay}: shows recorded runs without a model. */
@Command(
    name = "replay",
    description = {
      "Show recorded runs step by step, without a model.",
      "",
      "On a terminal the canvas is redrawn at each step; elsewhere, and with --json, every step is a"
          + " line, and the canvas it leads to is the last."
    })
final class TraceReplayCommand extends Verb {

  @Parameters(paramLabel = "FILE", description = "A file of traces.")
  @Nullable Path file;

  @Option(
      names = "--trace",
      paramLabel = "I",
      order = 1,
      description = "Only the I-th run of the file, from 0.")
  @Nullable Integer only;

  @Option(
      names = "--frame-ms",
      paramLabel = "MS",
      defaultValue = "200",
      order = 2,
      description = "Time each step is shown on a terminal.")
  long frameMs = 200;

  @Override
  void run() throws IOException {
    List<RecordedTrace> traces = TraceInput.read(Objects.requireNonNull(file)).traces();
    List<RecordedTrace> chosen = only == null ? traces : List.of(TraceChoice.of(traces, only));
    for (int i = 0; i < chosen.size() && !interrupt().requested(); i++) {
      replay(only == null ? i : only, chosen.get(i));
    }
  }

  private void replay(int number, RecordedTrace trace) {
    Map<Integer, String> texts = trace.texts();
    CanvasReplay canvas = new CanvasReplay(trace.ids("final_ids").length);
    LiveCanvas live = canvas(trace, texts);
    for (int i = 0; i < trace.steps().size() && !interrupt().requested(); i++) {
      DecodeStep step = trace.decodeSteps().get(i);
      canvas.apply(step);
      if (live != null) {
        live.onStep(0, step);
      } else if (json) {
        print(Json.MAPPER.valueToTree(trace.steps().get(i)));
      } else {
        print(StepLines.of(step, id -> texts.getOrDefault(id, "#" + id)));
      }
    }
    if (live != null) {
      live.erase();
    }
    int[] tokens = canvas.tokens();
    if (json) {
      var line = Json.object().put("trace", number).put("algorithm", trace.strategy());
      line.set("canvas", Json.array(tokens)); // -1 for a mask
      print(line);
      return;
    }
    StringBuilder text = new StringBuilder();
    for (int token : tokens) {
      text.append(token == CanvasReplay.MASK ? "_" : texts.getOrDefault(token, "#" + token));
    }
    print(text.toString());
    print(trace + ": " + trace.steps().size() + " steps" + (trace.isWhole() ? "" : ", cut short"));
  }

  private @Nullable LiveCanvas canvas(RecordedTrace trace, Map<Integer, String> texts) {
    if (json || !terminal().outIsTerminal()) {
      return null;
    }
    return new LiveCanvas(
        terminal().out(),
        id -> texts.getOrDefault(id, "·"),
        terminal().colour(),
        Integer.getInteger("unmask.columns", 80),
        trace.params().get("gen-length") instanceof Number length
            ? length.intValue()
            : trace.ids("final_ids").length,
        Math.clamp(frameMs, 0, 10_000));
  }
}
