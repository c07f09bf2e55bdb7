package org.unmask.bench.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.learn.FilterCard;
import org.unmask.bench.learn.FilterScore;
import org.unmask.bench.learn.RowFile;
import org.unmask.bench.load.FilterFile;
import org.unmask.bench.sweep.Progress;
import org.unmask.decode.FilterModel;
import org.unmask.decode.FilterRow;
import org.unmask.decode.FilterTrainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code unmask learn2pd train}: rows in, a filter and its card out. */
@Command(
    name = "train",
    description = {
      "Train a filter on collected rows and store it with a card.",
      "",
      "Writes block-B.safetensors and README.md. Filters in the folder MODEL-filter beside a model's"
          + " folder are found by themselves; others are named with --filter."
    })
final class Learn2pdTrainCommand extends Verb {

  /** The paper's accept threshold, at which held-out rows are judged. */
  private static final double ACCEPT = 0.96;

  private static final int HOLD_OUT = 10;

  @Option(
      names = "--rows",
      paramLabel = "FILE",
      required = true,
      order = 1,
      showDefaultValue = Visibility.NEVER,
      description = "Rows of unmask learn2pd collect.")
  @Nullable Path rows;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      order = 2,
      showDefaultValue = Visibility.NEVER,
      description = "Folder for the filter; may hold filters for other blocks of the same model.")
  @Nullable Path out;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "600",
      order = 3,
      description = "Updates, each on all rows.")
  int epochs = 600;

  @Option(
      names = "--learning-rate",
      paramLabel = "X",
      defaultValue = "0.003",
      order = 4,
      description = "Learning rate of AdamW.")
  double learningRate = FilterTrainer.PAPER_RATE;

  @Option(
      names = "--start",
      paramLabel = "S",
      defaultValue = "threshold",
      order = 4,
      description =
          "threshold: begin as the rule that accepts what is surer than 0.94; random: as the paper,"
              + " which takes tens of thousands of epochs.")
  String start = "threshold";

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      order = 5,
      description = "Seed of the first weights and of which prompts are held out.")
  long seed = 1;

  @Option(
      names = "--threads",
      paramLabel = "N",
      order = 900,
      showDefaultValue = Visibility.NEVER,
      description = "Threads; default all cores. Does not change a bit.")
  int threads = Runtime.getRuntime().availableProcessors();

  @Override
  void run() throws IOException {
    if (epochs < 1 || threads < 1) {
      throw usage("--epochs and --threads must be at least 1");
    }
    if (!start.matches("threshold|random")) {
      throw usage("--start must be threshold or random, was '" + start + "'");
    }
    if (!(learningRate > 0 && learningRate <= 1)) {
      throw usage("--learning-rate must be above 0 and at most 1, was " + learningRate);
    }
    Path folder = java.util.Objects.requireNonNull(out);
    RowFile.Content content = RowFile.read(java.util.Objects.requireNonNull(rows));
    List<RowFile.Prompt> prompts = new ArrayList<>(content.prompts());
    // whatever the order in which they were collected
    prompts.sort(
        Comparator.comparing(RowFile.Prompt::task).thenComparingInt(RowFile.Prompt::index));
    Collections.shuffle(prompts, new Random(seed));
    int held = prompts.size() / HOLD_OUT;
    List<FilterRow> heldOut = rows(prompts.subList(0, held));
    List<FilterRow> training = rows(prompts.subList(held, prompts.size()));
    int width = content.origin().path("block_length").asInt();
    FilterTrainer trainer =
        new FilterTrainer(training, width, seed, learningRate, start.equals("threshold"));
    try (Progress progress = new TerminalProgress(terminal(), "train", "epochs", 0, epochs)) {
      trainer.train(epochs, threads, _ -> progress.advance(1));
    }
    FilterModel filter = trainer.model();
    FilterScore fitted = FilterScore.of(filter, training, ACCEPT);
    FilterScore score = FilterScore.of(filter, heldOut, ACCEPT);
    Files.createDirectories(folder);
    Path file = folder.resolve("block-" + width + ".safetensors");
    FilterFile.write(file, filter, metadata(content.origin(), prompts.size(), fitted, score));
    FilterCard.write(folder);
    report(file, fitted, score);
  }

  private static List<FilterRow> rows(List<RowFile.Prompt> prompts) {
    return prompts.stream().flatMap(p -> p.rows().stream()).toList();
  }

  private Map<String, String> metadata(
      JsonNode origin, int prompts, FilterScore fitted, FilterScore heldOut) {
    Map<String, String> metadata = new LinkedHashMap<>();
    for (String name :
        List.of("model", "model_sha256", "block_length", "gen_length", "tasks", "data")) {
      metadata.put(name, origin.path(name).asString());
    }
    metadata.put("collect_command", origin.path("command").asString());
    metadata.put("command", String.join(" ", Words.of(spec, Set.of("--threads", "--json"))));
    metadata.put("prompts", Integer.toString(prompts));
    metadata.put("rows", Integer.toString(fitted.rows() + heldOut.rows()));
    metadata.put("epochs", Integer.toString(epochs));
    metadata.put("learning_rate", Double.toString(learningRate));
    metadata.put("seed", Long.toString(seed));
    metadata.put("loss", number(fitted.loss()));
    metadata.put("held_out_loss", number(heldOut.loss()));
    metadata.put("held_out_recall", number(heldOut.recall()));
    metadata.put("held_out_false_accepts", number(heldOut.falseAccepts()));
    return metadata;
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  private void report(Path file, FilterScore fitted, FilterScore heldOut) {
    if (json) {
      print(
          Json.object()
              .put("out", file.toString())
              .put("rows", fitted.rows())
              .put("loss", fitted.loss())
              .put("held_out_rows", heldOut.rows())
              .put("held_out_loss", heldOut.loss())
              .put("held_out_recall", heldOut.recall())
              .put("held_out_false_accepts", heldOut.falseAccepts()));
      return;
    }
    print(
        String.format(
            Locale.ROOT,
            "%s: loss %.4f on %d rows; held out: %.4f on %d rows, accepts %.1f %% of what is right"
                + " and %.1f %% of what is wrong",
            file,
            fitted.loss(),
            fitted.rows(),
            heldOut.loss(),
            heldOut.rows(),
            100 * heldOut.recall(),
            100 * heldOut.falseAccepts()));
  }
}
