package org.unmask.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmask.decode.trace.RecordedTrace;
import org.unmask.decode.trace.TraceVerifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code unmask trace verify}: replays recorded traces and says where a run parts from them. */
@Command(
    name = "verify",
    description = {
      "Decode the prompts of a trace file anew and compare every step.",
      "",
      "Takes traces of published decoders, which are compared with a tolerance, and those of"
          + " --record or of a run's traces.jsonl, which must be equal to the last bit.",
      "Prints 'equal' or the first difference per trace; exit code 1 if any differs. Without --model"
          + " the model that the file names is used."
    })
final class TraceVerifyCommand extends Verb {

  @Parameters(
      paramLabel = "FILE",
      description = "A file of traces, JSON or JSON Lines, may be gzipped.")
  @Nullable Path file;

  @Mixin ModelFlags modelFlags = new ModelFlags();

  @Override
  void run() throws IOException {
    int different = 0;
    try (TraceInput input = new TraceInput(Objects.requireNonNull(file), modelFlags, this)) {
      List<RecordedTrace> list = input.traces();
      for (int i = 0; i < list.size() && !interrupt().requested(); i++) {
        RecordedTrace trace = list.get(i);
        Optional<String> difference =
            new TraceVerifier(input.decoder(trace)).firstDifference(trace);
        different += difference.isPresent() ? 1 : 0;
        print(i, trace, difference);
      }
      if (different > 0) {
        throw new IOException(different + " of " + list.size() + " traces differ");
      }
    }
  }

  private void print(int i, RecordedTrace trace, Optional<String> difference) {
    if (json) {
      ObjectNode line = Json.object().put("trace", i).put("strategy", trace.strategy());
      line.put("equal", difference.isEmpty());
      difference.ifPresent(text -> line.put("difference", text));
      terminal().out().println(line);
    } else {
      terminal().out().println(i + " " + trace + ": " + difference.orElse("equal"));
    }
  }
}
