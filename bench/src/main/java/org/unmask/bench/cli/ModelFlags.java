package org.unmask.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.unmask.bench.load.LoadedModel;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.CheckpointException;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** Which model to load and how to run it, the same in every verb. */
final class ModelFlags {

  static final String DEFAULT_MODEL = "unmask-llada-6m";

  @Option(
      names = "--model",
      paramLabel = "M",
      defaultValue = DEFAULT_MODEL,
      order = 1,
      description = "A shipped model's name, or a folder with a checkpoint.")
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
    LoadedModel loaded = LoadedModel.open(folder, threads, vectorBits);
    loaded.checkpoint().warnings().forEach(terminal::note);
    return loaded;
  }

  /**
   * Finds a model's folder.
   *
   * @param model a shipped name or a folder
   * @throws IllegalArgumentException if it is neither
   */
  static Path folder(String model, Terminal terminal) {
    try {
      return Checkpoint.resolve(model, terminal.home());
    } catch (CheckpointException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }
}
