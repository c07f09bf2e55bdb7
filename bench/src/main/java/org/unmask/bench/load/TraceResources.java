package org.unmask.bench.load;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.unmask.decode.DecodeResources;
import org.unmask.decode.FilterModel;
import org.unmask.decode.trace.RecordedTrace;
import org.unmask.decode.trace.TraceFile;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.safetensors.SafetensorsFile;
import org.unmask.weights.safetensors.Tensor;

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
      resources = resources.withFilter(filter(folder.resolve(filterFile)));
    }
    return resources;
  }

  /**
   * Reads a Learn2PD filter.
   *
   * @param path safetensors with {@code linear1} and {@code linear2}, weight and bias
   * @throws IOException if it cannot be read or lacks one of them
   */
  public static FilterModel filter(Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Map<String, Tensor> tensors = SafetensorsFile.open(path, arena).tensors();
      float[][] parts = new float[4][];
      String[] names = {"linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias"};
      for (int i = 0; i < names.length; i++) {
        Tensor tensor = tensors.get(names[i]);
        if (tensor == null) {
          throw new CheckpointException(
              path + " has no tensor '" + names[i] + "'; a filter needs it");
        }
        parts[i] = tensor.toFloats();
      }
      return new FilterModel(parts[0], parts[1], parts[2], parts[3]);
    }
  }
}
