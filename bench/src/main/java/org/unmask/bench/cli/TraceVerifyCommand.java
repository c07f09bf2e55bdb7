package org.unmask.bench.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.load.LoadedModel;
import org.unmask.bench.load.TraceResources;
import org.unmask.decode.Decoder;
import org.unmask.decode.trace.RecordedTrace;
import org.unmask.decode.trace.TraceFile;
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
      "Prints 'equal' or the first difference per trace; exit code 1 if any differs. Without --model"
          + " the model that the file names is used."
    })
final class TraceVerifyCommand extends Verb {

  @Parameters(paramLabel = "FILE", description = "A file of traces, JSON, may be gzipped.")
  @Nullable Path file;

  @Mixin ModelFlags modelFlags = new ModelFlags();

  @Override
  void run() throws IOException {
    Path path = java.util.Objects.requireNonNull(file);
    TraceFile traces = read(path);
    Map<String, LoadedModel> open = new HashMap<>();
    int different = 0;
    try {
      LoadedModel model = open(open, modelName(traces));
      TraceResources resources = new TraceResources(path, traces, name -> open(open, name));
      List<RecordedTrace> list = traces.traces();
      for (int i = 0; i < list.size() && !interrupt().requested(); i++) {
        RecordedTrace trace = list.get(i);
        Decoder decoder = new Decoder(model.denoiser(), resources.of(trace, model.resources()));
        Optional<String> difference = new TraceVerifier(decoder).firstDifference(trace);
        different += difference.isPresent() ? 1 : 0;
        print(i, trace, difference);
      }
      if (different > 0) {
        throw new IOException(different + " of " + list.size() + " traces differ");
      }
    } finally {
      open.values().forEach(LoadedModel::close);
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

  private static TraceFile read(Path path) throws IOException {
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(path));
        InputStream in = path.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
      return TraceFile.read(in);
    }
  }

  private String modelName(TraceFile traces) {
    boolean chosen = spec.commandLine().getParseResult().hasMatchedOption("--model");
    Object named = traces.fields().get("model");
    if (named == null && traces.fields().get("models") instanceof List<?> list && !list.isEmpty()) {
      named = list.getFirst();
    }
    return chosen || !(named instanceof String name) ? modelFlags.model : name;
  }

  private LoadedModel open(Map<String, LoadedModel> open, String name) throws IOException {
    LoadedModel model = open.get(name);
    if (model == null) {
      model = modelFlags.open(ModelFlags.folder(name, terminal()), terminal());
      open.put(name, model);
    }
    return model;
  }
}
