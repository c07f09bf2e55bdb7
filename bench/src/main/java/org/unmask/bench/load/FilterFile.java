package org.unmask.bench.load;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.unmask.decode.FilterModel;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.safetensors.SafetensorsFile;
import org.unmask.weights.safetensors.SafetensorsWriter;
import org.unmask.weights.safetensors.Tensor;

/** Learn2PD's filters as safetensors files, with the tensor names of the paper's release. */
public final class FilterFile {

  private static final List<String> NAMES =
      List.of("linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias");

  private FilterFile() {}

  /**
   * Reads a filter.
   *
   * @param file safetensors with {@code linear1} and {@code linear2}, weight and bias
   * @throws IOException if it cannot be read, lacks one of them or has shapes that do not agree
   */
  public static FilterModel read(Path file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Map<String, Tensor> tensors = SafetensorsFile.open(file, arena).tensors();
      float[][] parts = new float[NAMES.size()][];
      for (int i = 0; i < parts.length; i++) {
        Tensor tensor = tensors.get(NAMES.get(i));
        if (tensor == null) {
          throw new CheckpointException(
              file + " has no tensor '" + NAMES.get(i) + "'; a filter needs it");
        }
        parts[i] = tensor.toFloats();
      }
      return new FilterModel(parts[0], parts[1], parts[2], parts[3]);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(file + ": " + e.getMessage());
    }
  }

  /**
   * Writes a filter. The file appears under its name only when it is complete.
   *
   * @param file replaced if it exists
   * @param filter what to write
   * @param metadata text entries of the header
   * @throws IOException if it cannot be written
   */
  public static void write(Path file, FilterModel filter, Map<String, String> metadata)
      throws IOException {
    long width = filter.width();
    SafetensorsWriter.write(
        file,
        List.of(
            Tensor.of(NAMES.get(0), filter.weight1(), width, width),
            Tensor.of(NAMES.get(1), filter.bias1(), width),
            Tensor.of(NAMES.get(2), filter.weight2(), width, width),
            Tensor.of(NAMES.get(3), filter.bias2(), width)),
        metadata);
  }
}
