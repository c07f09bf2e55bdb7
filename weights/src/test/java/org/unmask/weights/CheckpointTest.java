package org.unmask.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmask.weights.safetensors.SafetensorsWriter;
import org.unmask.weights.safetensors.Tensor;

class CheckpointTest {
  @TempDir private Path folder;

  @BeforeEach
  void config() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"llada\"}");
  }

  private void write(String file, String... names) throws IOException {
    SafetensorsWriter.write(
        folder.resolve(file),
        List.of(names).stream().map(name -> Tensor.of(name, new float[] {1, 2}, 2)).toList(),
        Map.of());
  }

  private void index(String json) throws IOException {
    Files.writeString(folder.resolve("model.safetensors.index.json"), json);
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> Checkpoint.open(folder).close())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  @Test
  void open_singleFile() throws IOException {
    write("model.safetensors", "model.norm.weight", "lm_head.weight");
    Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\":[1,2]}");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.config().get("model_type").asString()).isEqualTo("llada");
      assertThat(checkpoint.generationConfig().orElseThrow().get("eos_token_id")).hasSize(2);
      assertThat(checkpoint.tensor("lm_head.weight").toFloats()).containsExactly(1, 2);
      assertThat(checkpoint.find("lm_head.bias")).isEmpty();
      assertThat(checkpoint.warnings()).isEmpty();
      assertThat(checkpoint.name()).isEqualTo(folder.getFileName().toString());
    }
  }

  @Test
  void tensor_missing_namesTheNearest() throws IOException {
    write("model.safetensors", "model.norm.weight", "lm_head.weight", "x", "y");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThatThrownBy(() -> checkpoint.tensor("model.norn.weight"))
          .isInstanceOf(CheckpointException.class)
          .hasMessage(
              folder
                  + ": no tensor 'model.norn.weight' in model.safetensors;"
                  + " nearest: 'model.norm.weight', 'lm_head.weight', 'x'");
    }
  }

  @Test
  void open_sharded_joinsTheShards() throws IOException {
    write("m-1.safetensors", "a", "b");
    write("m-2.safetensors", "c", "left-out");
    index(
        "{\"metadata\":{\"total_size\":24},\"weight_map\":{\"c\":\"m-2.safetensors\","
            + "\"a\":\"m-1.safetensors\",\"b\":\"m-1.safetensors\"}}");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.tensors().keySet()).containsExactly("a", "b", "c");
      assertThat(checkpoint.files()).hasSize(2);
      assertThat(checkpoint.warnings())
          .singleElement()
          .asString()
          .endsWith("tensor 'left-out' of m-2.safetensors is not in the index and is left out");
    }
  }

  @Test
  void open_wrongTotalSize_warns() throws IOException {
    write("m-1.safetensors", "a");
    index("{\"metadata\":{\"total_size\":9},\"weight_map\":{\"a\":\"m-1.safetensors\"}}");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.warnings()).singleElement().asString().contains("total_size says 9");
    }
  }

  @Test
  void open_tensorInTwoShards_isRefused() throws IOException {
    write("m-1.safetensors", "a");
    write("m-2.safetensors", "a", "b");
    index("{\"weight_map\":{\"a\":\"m-1.safetensors\",\"b\":\"m-2.safetensors\"}}");
    assertRefused("tensor 'a' is in two files, m-1.safetensors and m-2.safetensors");
  }

  @Test
  void open_tensorNotInItsShard_isRefused() throws IOException {
    write("m-1.safetensors", "a");
    index("{\"weight_map\":{\"a\":\"m-1.safetensors\",\"b\":\"m-1.safetensors\"}}");
    assertRefused("tensor 'b' should be in m-1.safetensors, which lacks it");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../model.safetensors",
        "/etc/passwd",
        "sub/model.safetensors",
        "..\\\\model.safetensors",
        "C:model.safetensors",
        "..",
        ".",
        "",
        "x\\u0000y",
      })
  void open_indexLeavingTheFolder_isRefused(String name) throws IOException {
    Files.createDirectories(folder.resolve("sub"));
    write("sub/model.safetensors", "a");
    index("{\"weight_map\":{\"a\":\"" + name + "\"}}");
    assertRefused("refused the file name");
  }

  @Test
  void open_incompleteFolder_saysWhatIsMissing() throws IOException {
    assertRefused("no weights, it has neither model.safetensors nor");
    index("{\"weight_map\":{\"a\":\"m-1.safetensors\"}}");
    assertRefused("which the folder lacks");
    index("{}");
    assertRefused("weight_map is missing");
    index("{\"weight_map\":{\"a\":1}}");
    assertRefused("'a' is not a file name");
    Files.delete(folder.resolve("config.json"));
    assertRefused("not a model folder, it has no config.json");
    assertThatThrownBy(() -> Checkpoint.open(folder.resolve("none")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageEndingWith("none: no such folder");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "3", "{\"a\":\n\n}", "{}{"})
  void open_badConfig_isRefusedWithPlace(String config) throws IOException {
    write("model.safetensors", "a");
    Files.writeString(folder.resolve("config.json"), config);
    assertRefused("config.json: ");
  }

  @Test
  void open_deeplyNestedConfig_isRefused() throws IOException {
    Files.writeString(folder.resolve("config.json"), "[".repeat(2_000_000));
    assertRefused("not valid JSON");
  }

  @Test
  void sha256_isThatOfTheConcatenatedFiles() throws IOException {
    write("model.safetensors", "a");
    String whole;
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      whole = checkpoint.sha256();
    }
    assertThat(whole)
        .isEqualTo(Sha256.of(List.of(folder.resolve("model.safetensors"))))
        .hasSize(64);

    Files.move(folder.resolve("model.safetensors"), folder.resolve("m-2.safetensors"));
    write("m-1.safetensors", "b");
    index("{\"weight_map\":{\"a\":\"m-2.safetensors\",\"b\":\"m-1.safetensors\"}}");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.sha256())
          .isEqualTo(
              Sha256.of(
                  List.of(folder.resolve("m-1.safetensors"), folder.resolve("m-2.safetensors"))));
    }
    Path abc = Files.writeString(folder.resolve("abc"), "abc");
    assertThat(Sha256.of(List.of(abc))) // FIPS 180-2, example B.1
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void resolve_prefersAFolderThenAShippedName() throws IOException {
    Path home = folder.resolve("home");
    Path shipped = Files.createDirectories(home.resolve("weights/tiny"));
    Files.writeString(shipped.resolve("config.json"), "{}");
    Files.createDirectories(home.resolve("weights/src"));
    assertThat(Checkpoint.shipped(home)).containsExactly("tiny");
    assertThat(Checkpoint.resolve("tiny", home)).isEqualTo(shipped);
    assertThat(Checkpoint.resolve(folder.toString(), home)).isEqualTo(folder);
    assertThatThrownBy(() -> Checkpoint.resolve("tinny", home))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("no model 'tinny': neither a folder nor a shipped checkpoint (tiny)");
    assertThatThrownBy(() -> Checkpoint.resolve("", folder)).hasMessageContaining("none in");
    assertThatThrownBy(() -> Checkpoint.resolve("a\0b", home))
        .isInstanceOf(CheckpointException.class);
  }
}
