package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmask.bench.large.RandomLlada;
import org.unmask.weights.Checkpoint;
import tools.jackson.databind.JsonNode;

/** {@code bench large} on a checkpoint of the same layout and a small size. */
class LargeTest {

  @TempDir Path temp;

  private Path small() throws IOException {
    Path folder = temp.resolve("model");
    new RandomLlada(2, 256, 512, 1024).write(folder, _ -> {});
    return folder;
  }

  @Test
  void runs_keepsTheCheckpoint_andDeletesItWhenAsked() throws IOException {
    Path folder = small();
    String[] args = {"bench", "large", "--folder", folder.toString(), "--repeats", "3", "--quant"};
    Cli kept = Cli.run(with(args, "int4", "--json")).ok();
    assertThat(kept.err()).contains("the checkpoint stays in " + folder);
    JsonNode json = kept.json().getFirst();
    assertThat(json.path("layers").asInt()).isEqualTo(2);
    assertThat(json.path("steps")).hasSize(4);
    for (JsonNode step : json.path("steps")) {
      assertThat(step.path("milliseconds")).hasSize(3);
      assertThat(step.path("milliseconds").get(0).asDouble()).isPositive();
    }
    assertThat(json.path("firstStepSeconds").asDouble())
        .isGreaterThan(json.path("loadSeconds").asDouble());
    assertThat(json.path("packedBytes").asLong()).isBetween(900_000L, 1_000_000L);
    Cli deleted = Cli.run(with(args, "bf16", "--delete")).ok();
    assertThat(deleted.out())
        .containsPattern("256 tokens: \\d+ ms/step \\(\\d+ to \\d+\\)")
        .containsPattern("32 of 256, rest cached: \\d+ ms/step \\(")
        .containsPattern("peak resident +[0-9.]+ GB, [0-9.]+ GB not of files, 0.00 GB swapped");
    assertThat(folder).doesNotExist();
  }

  private static String[] with(String[] args, String... more) {
    return Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void checkpoint_hasTheTensorsOfLlada8b() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(small())) {
      assertThat(checkpoint.tensors()).hasSize(9 * 2 + 3);
      assertThat(checkpoint.warnings()).isEmpty();
    }
    assertThat(RandomLlada.ofLayers(32).bytes()).isEqualTo(2 * 8_015_581_184L);
  }

  @Test
  void foreignModel_isNeverDeleted() {
    Path shipped = Cli.HOME.resolve("weights/unmask-llada-6m");
    Cli.run("bench", "large", "--folder", shipped.toString(), "--delete")
        .fails(2, "was not written by this command");
    assertThat(shipped.resolve("model.safetensors")).exists();
  }

  @Test
  void folderWithOtherFiles_isLeftAlone() throws IOException {
    Files.writeString(temp.resolve("mine.txt"), "x");
    Cli.run("bench", "large", "--folder", temp.toString()).fails(1, "is not empty");
    assertThat(temp.resolve("mine.txt")).exists();
  }

  @Test
  void failedWrite_leavesNothing() {
    Path folder = temp.resolve("model");
    RandomLlada llada = new RandomLlada(3, 256, 512, 1024);
    assertThatThrownBy(
            () ->
                llada.write(
                    folder,
                    line -> {
                      if (line.contains("00002")) {
                        throw new IllegalStateException("stop");
                      }
                    }))
        .hasMessage("stop");
    assertThat(folder).doesNotExist();
    RandomLlada huge = new RandomLlada(1 << 20, 1 << 15, 1 << 15, 1 << 15);
    assertThatThrownBy(() -> huge.write(folder, _ -> {})).hasMessageContaining("MB free");
    assertThat(folder).doesNotExist();
  }
}
