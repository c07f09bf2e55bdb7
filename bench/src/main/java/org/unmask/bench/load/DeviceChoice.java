package org.unmask.bench.load;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.unmask.model.device.DeviceBackend;
import org.unmask.model.device.DeviceException;
import org.unmask.model.device.DeviceModel;
import org.unmask.model.device.Devices;
import org.unmask.model.device.Precision;
import org.unmask.weights.Checkpoint;

/**
 * Where a model is to run.
 *
 * @param name cpu, gpu, or the name of a backend
 * @param precision how a device computes; the CPU has its own way to say
 * @param note hears once that gpu falls back to the CPU, and why
 */
public record DeviceChoice(String name, Precision precision, Consumer<String> note) {

  /** The word for the JVM's own threads. */
  public static final String CPU = "cpu";

  /** Returns the choice of the CPU. */
  public static DeviceChoice cpu() {
    return new DeviceChoice(CPU, Precision.EXACT, _ -> {});
  }

  /** Tells whether the CPU was asked for; if not, it may still come to it. */
  boolean isCpu() {
    return name.equals(CPU);
  }

  /**
   * Reads a precision's name.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public static Precision precision(String word) {
    for (Precision precision : Precision.values()) {
      if (precision.word().equals(word.toLowerCase(Locale.ROOT))) {
        return precision;
      }
    }
    throw new IllegalArgumentException(
        "--precision must be bf16, f16, f32 or exact, was '" + word + "'");
  }

  /**
   * Loads a model on the device chosen.
   *
   * @return nothing if the CPU is to run it: chosen, or because no device can be used and any was
   *     asked for
   * @throws DeviceException if a backend was named and cannot be used
   */
  public Optional<DeviceModel> load(Checkpoint checkpoint) throws IOException {
    if (isCpu()) {
      return Optional.empty();
    }
    DeviceBackend backend;
    try {
      backend = Devices.installed().choose(name);
    } catch (DeviceException e) {
      if (!name.equals(Devices.ANY)) {
        throw e;
      }
      note.accept("no GPU can be used, running on the CPU: " + e.getMessage());
      return Optional.empty();
    }
    return Optional.of(backend.load(checkpoint, precision));
  }
}
