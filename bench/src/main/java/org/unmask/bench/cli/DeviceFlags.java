package org.unmask.bench.cli;

import org.unmask.bench.load.DeviceChoice;
import org.unmask.model.device.Precision;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** Which processor runs a model. */
final class DeviceFlags {

  @Option(
      names = "--device",
      paramLabel = "D",
      defaultValue = "cpu",
      order = 3,
      description = "Where the model runs: cpu, gpu, or what unmask devices lists.")
  String device = DeviceChoice.CPU;

  @Option(
      names = "--precision",
      paramLabel = "P",
      defaultValue = "bf16",
      order = 4,
      description = "How a GPU computes: bf16, f16, f32, or exact for the bits of the CPU.")
  String precision = "bf16";

  @Option(
      names = "--exact",
      order = 5,
      showDefaultValue = Visibility.NEVER,
      description = "The same as --precision exact.")
  boolean exact;

  private boolean isFallBackTold;

  /** Returns the choice; falling back to the CPU is told once. */
  DeviceChoice choice(Terminal terminal) {
    Precision how = exact ? Precision.EXACT : DeviceChoice.precision(precision);
    return new DeviceChoice(
        device,
        how,
        message -> {
          if (!isFallBackTold) {
            isFallBackTold = true;
            terminal.note(message);
          }
        });
  }
}
