package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What {@code inspect} says of a folder beside its tensors. */
class InspectTest {

  @TempDir Path model;

  @Test
  void diffusionModel_runs() {
    assertThat(Cli.run("inspect", "unmask-dream-6m").ok().out())
        .containsPattern("runs +yes")
        .containsPattern("family +Dream")
        .containsPattern("shift +1")
        .containsPattern("attention +full: ")
        .containsPattern("held as int8 +[0-9.]+ MiB")
        .containsPattern("tokenizer +2,048 tokens")
        .containsPattern("chat +built in")
        .containsPattern("algorithms +[0-9]+ of [0-9]+: .*threshold")
        .containsPattern("\n +with a causal model of the same vocabulary: .*apd")
        .containsPattern("\n +not s2d2: .* without shifted logits");
  }

  @Test
  void autoregressiveModel_saysWhatItIsGoodFor() {
    JsonNode json = Cli.run("inspect", "unmask-qwen-ar-3m", "--json").ok().json().getFirst();
    assertThat(json.path("attention").asString()).startsWith("causal");
    assertThat(json.path("mask id").asString()).contains("autoregressive", "unmask.json");
    assertThat(json.path("algorithms").path("alone").toString()).doesNotContain("threshold");
    assertThat(json.path("algorithms").path("refused").path("threshold").asString())
        .isEqualTo(
            "the algorithm needs a bidirectional model, such as unmask-llada-6m, and this one is"
                + " causal");
    assertThat(json.path("algorithms").path("alone").toString()).contains("ar", "prompt-lookup");
  }

  @Test
  void convertedModel_isMadeADiffusionModelByASideCar() throws IOException {
    Path shipped = Cli.HOME.resolve("weights/unmask-qwen-ar-3m");
    for (String file : List.of("config.json", "model.safetensors", "tokenizer.json")) {
      Files.copy(shipped.resolve(file), model.resolve(file));
    }
    Files.writeString(
        model.resolve("unmask.json"),
        "{\"mask_id\":2037,\"attention\":\"block\",\"block_length\":8}");
    assertThat(Cli.run("inspect", model.toString()).ok().out())
        .containsPattern("attention +block-causal: blocks of 8 ")
        .containsPattern("mask id +2037")
        .containsPattern("chat +none: .* has no chat template; give the prompt as plain text")
        .containsPattern("algorithms +[0-9]+ of [0-9]+: .*threshold");
    Files.writeString(model.resolve("chat_template.jinja"), "{{ messages[0].content }}!");
    assertThat(Cli.run("inspect", model.toString()).ok().out())
        .containsPattern("chat +the folder's own, rendered by jinjava");
    Files.writeString(model.resolve("chat_template.jinja"), "{{ messages|nosuch }}");
    assertThat(Cli.run("inspect", model.toString()).ok().out())
        .containsPattern(
            "chat +none: the model's chat template cannot be used, there is no filter");
    Files.delete(model.resolve("tokenizer.json"));
    assertThat(Cli.run("inspect", model.toString()).ok().out())
        .containsPattern("tokenizer +none, so that only token ids can be given: .*no tokenizer");
    Files.writeString(model.resolve("unmask.json"), "{\"mask_id\":-1}");
    assertThat(Cli.run("inspect", model.toString()).ok().out())
        .containsPattern("runs +no: 'mask_id' in unmask.json is -1");
  }

  @Test
  void folderThatCannotRun_saysPreciselyWhy() throws IOException {
    Path shipped = Cli.HOME.resolve("weights/unmask-llada-6m");
    Files.copy(shipped.resolve("model.safetensors"), model.resolve("model.safetensors"));
    ObjectNode config =
        (ObjectNode) Json.MAPPER.readTree(Files.readString(shipped.resolve("config.json")));
    Files.writeString(model.resolve("config.json"), Json.line(config.put("n_layers", 1)));
    assertThat(Cli.run("inspect", model.toString()).ok().out())
        .containsPattern("runs +no: tensor 'model.transformer.blocks.1.*does not belong");
    Files.writeString(model.resolve("config.json"), Json.line(config.put("model_type", "gpt2")));
    assertThat(Cli.run("inspect", model.toString()).ok().out())
        .containsPattern("runs +no: model_type 'gpt2' in config.json is not supported");
  }

  @Test
  void quantError_int8CostsLessThanInt4() {
    List<JsonNode> json =
        Cli.run("inspect", "unmask-qwen-ar-3m", "--json", "--quant-error").ok().json();
    JsonNode int8 = json.get(1);
    JsonNode int4 = json.get(2);
    assertThat(int8.path("format").asString()).isEqualTo("INT8");
    assertThat(int8.path("logitError").asDouble()).isBetween(1e-4, 0.1);
    assertThat(int4.path("logitError").asDouble())
        .isGreaterThan(2 * int8.path("logitError").asDouble());
    for (JsonNode matrix : int8.path("matrices")) {
      assertThat(matrix.path("error").asDouble()).isBetween(1e-4, 0.03);
    }
    assertThat(Cli.run("inspect", "unmask-qwen-ar-3m", "--quant-error").ok().out())
        .containsPattern("int4: logits off by [0-9.]+ %");
  }
}
