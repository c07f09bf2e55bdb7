package org.unmask.bench.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.large.LargeRun;
import org.unmask.bench.large.RandomLlada;
import org.unmask.model.pack.Packing;
import org.unmask.runtime.nn.WeightFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code unmask bench large}: a random model of LLaDA-8B's shape on this machine. */
@Command(
    name = "large",
    description = {
      "Time a random model of LLaDA-8B's shape: loading, steps, memory.",
      "",
      "Writes the checkpoint to --folder first if it is not there: 16 GB with all 32 layers. It"
          + " stays for further runs until one has --delete."
    })
final class LargeCommand extends Verb {

  @Option(
      names = "--folder",
      paramLabel = "F",
      required = true,
      order = 1,
      description = "Where the checkpoint is, or is written to.")
  @Nullable Path folder;

  @Option(
      names = "--layers",
      paramLabel = "N",
      defaultValue = "32",
      order = 2,
      description = "Layers of a checkpoint to write; LLaDA-8B has 32.")
  int layers = 32;

  @Option(
      names = "--quant",
      paramLabel = "Q",
      defaultValue = "bf16",
      order = 3,
      description = "How weights are held: ${COMPLETION-CANDIDATES}.")
  WeightFormat quant = WeightFormat.BF16;

  @Option(
      names = "--repeats",
      paramLabel = "N",
      defaultValue = "5",
      order = 4,
      description = "Timed steps of each kind, after one untimed.")
  int repeats = 5;

  @Option(names = "--threads", paramLabel = "N", order = 5, description = "Threads.")
  int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--delete",
      order = 6,
      showDefaultValue = Visibility.NEVER,
      description = "Delete the checkpoint afterwards.")
  boolean delete;

  @Option(
      names = "--packed",
      paramLabel = "DIR",
      order = 7,
      description =
          "Keep packed weights in this folder, or map them from there; by default they are packed in"
              + " memory.")
  @Nullable Path packed;

  @Override
  void run() throws IOException {
    if (layers < 1 || repeats < 1 || threads < 1) {
      throw usage("--layers, --repeats and --threads must be at least 1");
    }
    Path at = Objects.requireNonNull(folder);
    if (!Files.exists(at.resolve("config.json"))) {
      RandomLlada.ofLayers(layers).write(at, terminal()::note);
    } else if (delete && !RandomLlada.isIn(at)) {
      throw usage(at + " was not written by this command; leave out --delete");
    }
    LargeRun.Figures figures;
    try (PackProgress progress = new PackProgress(terminal())) {
      Packing packing = new Packing(Optional.ofNullable(packed), 0, progress);
      figures = new LargeRun(at, quant, threads, repeats, packing).measure(terminal()::note);
    }
    if (delete) {
      RandomLlada.delete(at);
    } else if (RandomLlada.isIn(at)) {
      terminal().note("the checkpoint stays in " + at + "; --delete removes it");
    }
    if (json) {
      print(Json.object().put("quant", quant.name()).setAll(json(figures)));
    } else {
      show(figures);
    }
  }

  private static ObjectNode json(LargeRun.Figures figures) {
    return Json.MAPPER.valueToTree(figures);
  }

  private void show(LargeRun.Figures f) {
    line("%s, %d layers, %d threads", quant, f.layers(), threads);
    line("packed weights   %.2f GB", f.packedBytes() / 1e9);
    line("loading          %.1f s", f.loadSeconds());
    line("first step after %.1f s", f.firstStepSeconds());
    line(
        "peak resident    %.2f GB, %.2f GB not of files, %.2f GB swapped",
        f.peakBytes() / 1e9, f.anonymousBytes() / 1e9, f.swappedBytes() / 1e9);
    for (LargeRun.Timing timing : f.steps()) {
      print(timing.toString());
    }
  }

  private void line(String format, Object... values) {
    print(String.format(Locale.ROOT, format, values));
  }
}
