package org.unmask.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.unmask.model.pack.PackListener;
import org.unmask.model.pack.Packing;
import picocli.CommandLine.Option;

/** Whether packed weights are kept on disk, and where. */
final class PackFlags {

  /** When packed weights are kept. */
  enum PackCache {
    /** For models of at least 1 GiB of packed weights. */
    AUTO,
    /** For every model. */
    ALWAYS,
    /** Never; what is there is not read either. */
    NEVER
  }

  @Option(
      names = "--pack-cache",
      paramLabel = "WHEN",
      defaultValue = "auto",
      order = 902,
      description =
          "Keep packed weights on disk for the next start: auto (models above 1 GiB), always or"
              + " never. In UNMASK_CACHE, else unmask-packed beside the hub's cache.")
  PackCache packCache = PackCache.AUTO;

  /** Returns how weights are packed. */
  Packing packing(Terminal terminal, PackListener listener) throws IOException {
    return switch (packCache) {
      case NEVER -> new Packing(Optional.empty(), 0, listener);
      case AUTO -> new Packing(Optional.of(folder(terminal)), Packing.BIG, listener);
      case ALWAYS -> new Packing(Optional.of(folder(terminal)), 0, listener);
    };
  }

  private static Path folder(Terminal terminal) throws IOException {
    String chosen = terminal.environment().getOrDefault("UNMASK_CACHE", "");
    return chosen.isBlank()
        ? PullCommand.hubConfig(terminal).cache().resolveSibling("unmask-packed")
        : Path.of(chosen.strip());
  }
}
