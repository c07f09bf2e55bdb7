package org.unmask.gpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.unmask.weights.Checkpoint;

/** Finds the checkpoints that ship with the repository. */
public final class ShippedModels {

  private ShippedModels() {}

  /** Opens one by name. */
  public static Checkpoint open(String name) throws IOException {
    Path module = Path.of("").toAbsolutePath();
    Path weights = module.resolveSibling("weights");
    return Checkpoint.open(
        (Files.exists(weights) ? weights : module.resolve("weights")).resolve(name));
  }
}
