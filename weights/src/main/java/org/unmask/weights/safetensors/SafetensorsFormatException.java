package org.unmask.weights.safetensors;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A safetensors file that breaks the rules of its format. The message is one line. */
public final class SafetensorsFormatException extends IOException {
  private final String file;
  private final String tensor;
  private final long offset;

  SafetensorsFormatException(Path file, String tensor, long offset, String problem) {
    super(
        file
            + ": "
            + (tensor.isEmpty() ? "" : "tensor " + Names.quote(tensor) + ": ")
            + problem
            + (offset < 0 ? "" : " (at byte " + offset + ")"));
    this.file = file.toString();
    this.tensor = tensor;
    this.offset = offset;
  }

  /**
   * Returns the file.
   *
   * @return its path as it was given to {@code open}
   */
  public Path file() {
    return Path.of(file);
  }

  /**
   * Returns the tensor whose entry is wrong.
   *
   * @return its name, empty if the fault is not in one tensor's entry
   */
  public Optional<String> tensor() {
    return tensor.isEmpty() ? Optional.empty() : Optional.of(tensor);
  }

  /**
   * Returns where in the file the fault is.
   *
   * @return byte offset from the start of the file, or -1 if it has no single place
   */
  public long offset() {
    return offset;
  }
}
