package org.unmask.bench.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.load.LoadedModel;
import org.unmask.decode.Decoder;
import org.unmask.decode.trace.RecordedTrace;
import org.unmask.decode.trace.TraceResume;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code unmask trace resume}: goes on with a recorded run. */
@Command(
    name = "resume",
    description = {
      "Go on with a recorded run from any step, with the bits of a run that was never interrupted,"
          + " random numbers and caches included.",
      "",
      "The steps before are replayed from the recording. They are computed again where it does not"
          + " hold what the rule reads (logits, attention), and from the last call on that filled"
          + " the whole cache; each is checked against its digest. Traces of published decoders"
          + " cannot be resumed: they hold neither options nor digests."
    })
final class TraceResumeCommand extends Verb {

  @Parameters(paramLabel = "FILE", description = "A file that --record wrote, whole or cut short.")
  @Nullable Path file;

  @Mixin ModelFlags modelFlags = new ModelFlags();

  @Option(
      names = "--step",
      paramLabel = "N",
      order = 2,
      description = "First step to decode; default the one behind the last recorded.")
  @Nullable Integer step;

  @Option(
      names = "--trace",
      paramLabel = "I",
      defaultValue = "0",
      order = 3,
      description = "Which run of the file, from 0.")
  int number;

  @Option(
      names = "--record",
      paramLabel = "FILE",
      order = 4,
      description = "Write the whole run, replayed steps included.")
  @Nullable Path record;

  @Override
  void run() throws IOException {
    Path path = Objects.requireNonNull(file);
    if (record != null && Files.exists(record) && Files.isSameFile(record, path)) {
      throw usage("--record would overwrite the recording that is resumed; name another file");
    }
    try (TraceInput input = new TraceInput(path, modelFlags, this)) {
      List<RecordedTrace> traces = input.traces();
      RecordedTrace trace = TraceChoice.of(traces, number);
      int from = step == null ? trace.steps().size() : step;
      TraceResume.check(trace, from);
      LoadedModel model = input.model(trace);
      checkModel(trace, model);
      try (TraceOutput output = new TraceOutput(this::print, json, record)) {
        Decoder decoder = input.decoder(trace);
        TraceOutput.Run run = output.begin(model, -1, trace.request());
        run.end(
            new TraceResume(output.records() ? decoder.keepingPredictions() : decoder)
                .resume(
                    trace,
                    from,
                    (_, each) -> {
                      if (each.step() < from) {
                        run.pass(each);
                      } else {
                        run.step(each);
                      }
                    }));
      }
    } catch (UncheckedIOException e) { // of the recording
      throw e.getCause();
    }
  }

  private void checkModel(RecordedTrace trace, LoadedModel model) throws IOException {
    String recorded = trace.text("model_sha256");
    if (!recorded.equals(model.sha256())) {
      throw new IllegalArgumentException(
          "the run was recorded with other weights ("
              + trace.text("model")
              + ", sha256 "
              + recorded
              + ") than those of "
              + model.name()
              + "; name the same with --model");
    }
    if (!trace.text("weights").equals(model.weights())) {
      throw new IllegalArgumentException(
          "the run was recorded with weights held "
              + trace.text("weights")
              + ", these are held "
              + model.weights()
              + "; set --quant likewise");
    }
  }
}
