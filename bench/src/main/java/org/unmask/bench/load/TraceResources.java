package org.unmask.bench.load;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.unmask.decode.DecodeResources;
import org.unmask.decode.trace.RecordedTrace;
import org.unmask.decode.trace.TraceFile;

/** Finds what a recorded trace was decoded with beside its network. */
public final class TraceResources {

  /** Opens a model by the name a trace gives it. */
  @FunctionalInterface
  public interface Models {

    /** Returns the model, opened once. */
    LoadedModel open(String name) throws IOException;
  }

  private final Path folder;
  private final TraceFile file;
  private final Models models;

  /**
   * Makes a finder.
   *
   * @param path the trace file; filters it names lie beside it
   * @param file its content
   * @param models opens auxiliary models
   */
  public TraceResources(Path path, TraceFile file, Models models) {
    this.folder = path.toAbsolutePath().getParent();
    this.file = file;
    this.models = models;
  }

  /**
   * Returns the resources of one trace: end token, background frequencies, auxiliary model, filter.
   *
   * @param model the network's own resources
   * @throws IOException if an auxiliary model or a filter cannot be read
   */
  public DecodeResources of(RecordedTrace trace, DecodeResources model) throws IOException {
    DecodeResources resources = model;
    if (file.fields().get("eos_token_id") instanceof Number end) {
      resources = resources.withEndTokens(end.intValue());
    }
    if (file.fields().get("background_frequency") instanceof List<?> list) {
      float[] frequencies = new float[list.size()];
      for (int i = 0; i < frequencies.length; i++) {
        frequencies[i] = ((Number) list.get(i)).floatValue();
      }
      resources = resources.withFrequencies(frequencies);
    }
    if (trace.params().get("ar_model") instanceof String name) {
      resources = resources.withAuxiliary(models.open(name).denoiser());
    }
    if (trace.params().get("filter") instanceof String name
        && file.fields().get("filters") instanceof Map<?, ?> filters
        && filters.get(name) instanceof String filterFile) {
      resources = resources.withFilter(FilterFile.read(folder.resolve(filterFile)));
    }
    return resources;
  }
}
