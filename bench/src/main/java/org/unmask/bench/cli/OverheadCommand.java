package org.unmask.bench.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.large.RandomLlada;
import org.unmask.bench.load.LoadedModel;
import org.unmask.bench.overhead.Overhead;
import org.unmask.bench.overhead.Overhead.Figures;
import org.unmask.decode.Algorithm;
import org.unmask.decode.Algorithms;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code unmask bench overhead}: what decoding rules cost beside the network. */
@Command(
    name = "overhead",
    description = {
      "Time what each algorithm does outside its forward calls, one sequence at a time.",
      "",
      "Over answers to random prompts, median, least and greatest: time of a step, time between two"
          + " forward calls, and the share of the whole time that is outside them. Bytes are what the"
          + " decoding thread allocates between two forward calls."
    })
final class OverheadCommand extends Verb {

  private static final String TOKENIZER = "tokenizer.json";

  @Mixin ModelFlags flags = new ModelFlags();

  @Option(
      names = "--algorithm",
      paramLabel = "A",
      split = ",",
      order = 3,
      showDefaultValue = Visibility.NEVER,
      description = "Ids, with +CACHE for one; default all that need nothing but the model.")
  List<String> algorithms = List.of();

  @Option(
      names = "--prompt-length",
      paramLabel = "N",
      defaultValue = "96",
      order = 4,
      description = "Tokens of a prompt.")
  int promptLength = 96;

  @Option(
      names = "--gen-length",
      paramLabel = "N",
      defaultValue = "64",
      order = 5,
      description = "Tokens of an answer.")
  int genLength = 64;

  @Option(
      names = "--repeats",
      paramLabel = "N",
      defaultValue = "9",
      order = 6,
      description = "Timed answers.")
  int repeats = 9;

  @Option(
      names = "--warm-ups",
      paramLabel = "N",
      defaultValue = "5",
      order = 7,
      description = "Answers of each algorithm before them.")
  int warmUps = 5;

  @Option(
      names = "--half-billion",
      paramLabel = "F",
      order = 8,
      description =
          "Measure a random model of 0.5 billion parameters, written to the new folder F and deleted"
              + " afterwards.")
  @Nullable Path halfBillion;

  @Option(
      names = "--recorded",
      order = 9,
      showDefaultValue = Visibility.NEVER,
      description = "Measure each once more while its steps are recorded.")
  boolean recorded;

  @Override
  void run() throws IOException {
    if (promptLength < 1 || genLength < 1 || repeats < 1 || warmUps < 0) {
      throw usage("--prompt-length, --gen-length and --repeats must be at least 1");
    }
    algorithms.forEach(each -> Algorithms.byId(each.split("\\+", 2)[0])); // refuses unknown ones
    Path folder = halfBillion;
    if (folder == null) {
      try (LoadedModel model = flags.open(terminal())) {
        measure(model);
      }
      return;
    }
    Path tokenizer = folder.resolve(TOKENIZER);
    try {
      new RandomLlada(24, 896, 4864, 151936).write(folder, terminal()::note);
      Path shipped = ModelFlags.folder(ModelFlags.DEFAULT_MODEL, terminal());
      Files.copy(shipped.resolve(TOKENIZER), tokenizer); // of any model; no text is decoded
      flags.packFlags.packCache = PackFlags.PackCache.NEVER; // the model is deleted
      try (LoadedModel model = flags.open(folder, terminal())) {
        measure(model);
      }
    } finally {
      if (RandomLlada.isIn(folder)) {
        Files.deleteIfExists(tokenizer);
        RandomLlada.delete(folder);
      }
    }
  }

  private void measure(LoadedModel model) throws IOException {
    Overhead overhead = new Overhead(model, promptLength, genLength, repeats, warmUps);
    if (!json) {
      print(
          "%-28s %21s %27s %21s %9s"
              .formatted("algorithm", "ms/step", "outside, us", "outside, %", "bytes"));
    }
    for (String each : chosen()) {
      String[] parts = each.split("\\+", 2);
      try {
        String cache = parts.length < 2 ? "none" : parts[1];
        print(overhead.measure(parts[0], cache, false));
        if (recorded) {
          print(overhead.measure(parts[0], cache, true));
        }
      } catch (IllegalArgumentException e) {
        if (!algorithms.isEmpty()) {
          throw e;
        }
        terminal().note(each + " is left out: " + e.getMessage());
      }
    }
  }

  private List<String> chosen() {
    if (!algorithms.isEmpty()) {
      return algorithms;
    }
    List<String> all = new ArrayList<>();
    for (Algorithm algorithm : Algorithms.all()) {
      if (algorithm.parameter("cache").isPresent()) { // the others decode without masks
        String cache = algorithm.caches().contains("none") ? "none" : algorithm.caches().getFirst();
        all.add(algorithm.id() + "+" + cache);
      }
    }
    all.addAll(List.of("threshold+prefix", "threshold+dual", "threshold+similarity"));
    return all;
  }

  private void print(Figures f) {
    if (json) {
      print(Json.MAPPER.valueToTree(f));
      return;
    }
    print(
        String.format(
            Locale.ROOT,
            "%-28s %s %s %s %9.0f",
            f.algorithm(),
            spread("%7.2f %6.2f %6.2f", f.stepMillis(), 1),
            spread("%9.1f %8.1f %8.1f", f.outsideMicros(), 1),
            spread("%7.2f %6.2f %6.2f", f.share(), 100),
            Figures.median(f.bytes())));
  }

  private static String spread(String format, double[] figures, double factor) {
    return String.format(
        Locale.ROOT,
        format,
        factor * Figures.median(figures),
        factor * figures[0],
        factor * figures[figures.length - 1]);
  }
}
