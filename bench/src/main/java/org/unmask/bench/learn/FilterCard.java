package org.unmask.bench.learn;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.unmask.weights.safetensors.SafetensorsFile;

/**
 * The card of a folder of filters: which model they are for, what they were trained with, how they
 * judge rows they were not trained on. A function of the filters' own headers.
 */
public final class FilterCard {

  private FilterCard() {}

  /**
   * Writes the card, {@code README.md}.
   *
   * @param folder holds {@code block-*.safetensors}
   * @throws IOException if a filter cannot be read or the card not be written
   */
  public static void write(Path folder) throws IOException {
    List<Map<String, String>> filters = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder);
        Arena arena = Arena.ofConfined()) {
      for (Path file : files.filter(FilterCard::isFilter).toList()) {
        filters.add(SafetensorsFile.open(file, arena).metadata());
      }
    }
    filters.sort(
        Comparator.comparingInt(f -> Integer.parseInt(f.getOrDefault("block_length", "0"))));
    Path part = folder.resolve("README.md.part");
    Files.writeString(part, text(filters));
    Files.move(part, folder.resolve("README.md"), StandardCopyOption.REPLACE_EXISTING);
  }

  private static boolean isFilter(Path file) {
    return file.getFileName().toString().matches("block-\\d+\\.safetensors");
  }

  private static String text(List<Map<String, String>> filters) {
    StringBuilder card = new StringBuilder();
    String model = filters.isEmpty() ? "" : filters.getFirst().getOrDefault("model", "");
    card.append(
        """
        # Filters for %s

        Learn2PD ([arXiv 2509.25188](https://arxiv.org/abs/2509.25188)): two linear layers with a ReLU \
        between them read the certainties of a block and say which predictions will last. For \
        `--algorithm learn2pd` and `learn2pd-eotp`; shorter blocks are padded with zeros.

        Trained by `unmask learn2pd` with binary cross entropy and AdamW (weight decay 0.01) on \
        full batches. Labels: whether a prediction equals the answer decoded one token per step.

        | File | Blocks of | Prompts | Rows | Generation length | Epochs | Rate | Seed | Loss | Held out: loss | recall | false accepts |
        |---|---:|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|
        """
            .formatted(model));
    for (Map<String, String> f : filters) {
      card.append("| `block-").append(f.get("block_length")).append(".safetensors` ");
      for (String name :
          List.of(
              "block_length",
              "prompts",
              "rows",
              "gen_length",
              "epochs",
              "learning_rate",
              "seed",
              "loss",
              "held_out_loss",
              "held_out_recall",
              "held_out_false_accepts")) {
        card.append("| ")
            .append(f.getOrDefault(name, name.equals("learning_rate") ? "0.003" : ""))
            .append(' ');
      }
      card.append("|\n");
    }
    card.append(
        """

        Losses are nats per position. Held out is a tenth of the prompts, whole prompts. Recall: share \
        accepted at 0.96 among the predictions that were the answer's; false accepts: among those that \
        were not.

        """);
    for (Map<String, String> f : filters) {
      card.append("Blocks of ")
          .append(f.get("block_length"))
          .append(": prompts of ")
          .append(f.getOrDefault("tasks", ""))
          .append("; ")
          .append(f.getOrDefault("data", ""))
          .append("; model sha256 ")
          .append(f.getOrDefault("model_sha256", ""))
          .append(".\n\n```\n")
          .append(f.getOrDefault("collect_command", ""))
          .append('\n')
          .append(f.getOrDefault("command", ""))
          .append("\n```\n\n");
    }
    return card.toString().stripTrailing() + "\n";
  }
}
