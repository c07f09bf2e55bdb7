package org.unmask.bench.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.unmask.bench.load.LoadedModel;
import org.unmask.bench.load.TraceResources;
import org.unmask.decode.Decoder;
import org.unmask.decode.trace.RecordedTrace;
import org.unmask.decode.trace.TraceFile;

/** A file of traces, and the models that its runs were made with. */
final class TraceInput implements AutoCloseable {

  private final TraceFile file;
  private final ModelFlags modelFlags;
  private final Verb verb;
  private final TraceResources resources;
  private final Map<String, LoadedModel> open = new HashMap<>();

  /**
   * Reads a file; models are loaded when they are needed.
   *
   * @throws IOException if it cannot be read or holds no traces
   */
  TraceInput(Path path, ModelFlags modelFlags, Verb verb) throws IOException {
    this.file = read(path);
    this.modelFlags = modelFlags;
    this.verb = verb;
    resources = new TraceResources(path, file, this::open);
  }

  /**
   * Reads a file of traces.
   *
   * @param path JSON or JSON Lines, gzipped if its name says so
   */
  static TraceFile read(Path path) throws IOException {
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(path));
        InputStream in = path.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
      return TraceFile.read(in);
    } catch (IOException e) {
      String message = e.getMessage();
      if (message != null && (message.contains("trace file") || message.contains("GZIP"))) {
        throw new IOException(path + ": " + message, e);
      }
      throw e;
    }
  }

  List<RecordedTrace> traces() {
    return file.traces();
  }

  /** Returns the model of a run: the one chosen on the command line, else the one it names. */
  LoadedModel model(RecordedTrace trace) throws IOException {
    boolean chosen = verb.spec.commandLine().getParseResult().hasMatchedOption("--model");
    Object named = trace.isOwn() ? trace.fields().get("model") : file.fields().get("model");
    if (named == null && file.fields().get("models") instanceof List<?> list && !list.isEmpty()) {
      named = list.getFirst();
    }
    return open(chosen || !(named instanceof String name) ? modelFlags.model : name);
  }

  /** Returns a decoder with what a run needs. */
  Decoder decoder(RecordedTrace trace) throws IOException {
    LoadedModel model = model(trace);
    return trace.isOwn()
        ? model.decoder(trace.request().options())
        : new Decoder(model.denoiser(), resources.of(trace, model.resources()));
  }

  private LoadedModel open(String name) throws IOException {
    LoadedModel model = open.get(name);
    if (model == null) {
      model = modelFlags.open(ModelFlags.folder(name, verb.terminal()), verb.terminal());
      open.put(name, model);
    }
    return model;
  }

  @Override
  public void close() {
    open.values().forEach(LoadedModel::close);
  }
}
