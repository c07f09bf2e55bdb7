package org.unmask.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.unmask.bench.load.Companions;
import org.unmask.bench.load.LoadedModel;
import org.unmask.runtime.nn.WeightFormat;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.hub.Hub;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model to load and how to run it, the same in every verb. */
final class ModelFlags {

  static final String DEFAULT_MODEL = "unmask-llada-6m";

  @Option(
      names = "--model",
      paramLabel = "M",
      defaultValue = DEFAULT_MODEL,
      order = 1,
      description = "A shipped model's name, a folder, or ORG/NAME of a pulled model.")
  String model = DEFAULT_MODEL;

  @Option(
      names = "--threads",
      paramLabel = "N",
      order = 900,
      showDefaultValue = Visibility.NEVER,
      description = "Threads of the forward pass; default all cores. Does not change a bit.")
  int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--vector-bits",
      paramLabel = "B",
      defaultValue = "auto",
      order = 901,
      description = "Vector width: 64, 128, 256, 512, scalar or auto. Does not change a bit.")
  String vectorBits = "auto";

  @Option(
      names = "--quant",
      paramLabel = "Q",
      defaultValue = "none",
      order = 2,
      description =
          "Hold weights as int8, int4 (both round them: see inspect --quant-error), bf16, f16 or f32;"
              + " none keeps them as stored.")
  String quant = "none";

  @Mixin PackFlags packFlags = new PackFlags();

  @Mixin DeviceFlags deviceFlags = new DeviceFlags();

  /** Returns the format weights are to be held in, if one was asked for. */
  Optional<WeightFormat> format() {
    if (quant.equals("none")) {
      return Optional.empty();
    }
    for (WeightFormat format : WeightFormat.values()) {
      if (format.name().equalsIgnoreCase(quant)) {
        return Optional.of(format);
      }
    }
    throw new IllegalArgumentException(
        "--quant must be none, int8, int4, bf16, f16 or f32, was '" + quant + "'");
  }

  /** Returns the folder of the model chosen. */
  Path folder(Terminal terminal) {
    return folder(model, terminal);
  }

  /** Loads the model chosen. */
  LoadedModel open(Terminal terminal) throws IOException {
    return open(folder(terminal), terminal);
  }

  /** Loads a model, and prints what is odd about it. */
  LoadedModel open(Path folder, Terminal terminal) throws IOException {
    LoadedModel loaded;
    try (PackProgress progress = new PackProgress(terminal)) {
      loaded =
          LoadedModel.open(
              folder,
              format(),
              threads,
              vectorBits,
              packFlags.packing(terminal, progress),
              deviceFlags.choice(terminal),
              companions(folder, terminal));
    }
    loaded.checkpoint().warnings().forEach(terminal::note);
    return loaded;
  }

  /** Finds what algorithms need beside a model, without loading the model. */
  Companions companions(Path folder, Terminal terminal) {
    return new Companions(folder, name -> folder(name, terminal), other -> open(other, terminal));
  }

  /**
   * Finds a model's folder.
   *
   * @param model a shipped name, a folder, or the hub's name of a model that was pulled
   * @throws IllegalArgumentException if it is none of them
   */
  static Path folder(String model, Terminal terminal) {
    try {
      return Checkpoint.resolve(model, terminal.home());
    } catch (CheckpointException e) {
      return pulled(model, terminal)
          .orElseThrow(() -> new IllegalArgumentException(e.getMessage() + hint(model), e));
    }
  }

  private static Optional<Path> pulled(String model, Terminal terminal) {
    try {
      return isHubName(model)
          ? new Hub(PullCommand.hubConfig(terminal)).find(model, "main")
          : Optional.empty();
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static String hint(String model) {
    return isHubName(model) ? "; unmask pull " + model + " downloads it" : "";
  }

  private static boolean isHubName(String model) {
    return model.matches("[\\w-][\\w.-]*/[\\w-][\\w.-]*");
  }
}
