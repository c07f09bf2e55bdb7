package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmask.tasks.TaskData;
import org.unmask.tasks.parallelbench.ParallelBench;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.weights.safetensors.SafetensorsFile;
import tools.jackson.databind.JsonNode;

/** What each verb writes, on the shipped models. */
class VerbsTest {

  @TempDir Path temp;

  @Test
  void trace_hasTheKeysOfTheGoldenTraces() {
    List<JsonNode> lines =
        Cli.run("trace", "--json", "--ids", Cli.IDS, "--gen-length", "16", "--steps", "4")
            .ok()
            .json();
    assertThat(lines).hasSize(5);
    List<Integer> unmasked = new ArrayList<>();
    for (JsonNode step : lines.subList(0, 4)) {
      assertThat(List.copyOf(step.propertyNames()))
          .containsExactly(
              "step",
              "kind",
              "block",
              "forward_offset",
              "forward_len",
              "positions",
              "token_ids",
              "confidence",
              "query_rows",
              "key_rows",
              "texts",
              "flops",
              "digest");
      assertThat(step.path("forward_len").asInt()).isEqualTo(14 + 16);
      assertThat(step.path("positions").size()).isEqualTo(4);
      step.path("positions").forEach(position -> unmasked.add(position.asInt()));
    }
    assertThat(unmasked).doesNotHaveDuplicates().hasSize(16);
    JsonNode last = lines.getLast();
    assertThat(List.copyOf(last.propertyNames())).startsWith("final_ids", "nfe");
    assertThat(last.path("final_ids").size()).isEqualTo(16);
    assertThat(last.path("nfe").asInt()).isEqualTo(4);
  }

  @Test
  void trace_withoutJson_isForPeople() {
    Cli run = Cli.run("trace", "--ids", Cli.IDS, "--gen-length", "8", "--steps", "2").ok();
    assertThat(run.lines().get(0)).startsWith("   0 block 0: ");
    assertThat(run.out()).contains("NFE 2, 4.00 tokens/step");
  }

  @Test
  void logits_areUnshiftedFloatsForEveryToken() throws IOException {
    Path out = temp.resolve("logits.safetensors");
    Path requests =
        Files.writeString(
            temp.resolve("r.jsonl"),
            """
            {"ids": [2032, 65, 66]}
            {"ids": [2032, 65], "out": "%s"}
            {"ids": [2032]}
            """
                .formatted(temp.resolve("own.safetensors")));
    Cli.run("logits", "--requests", requests.toString(), "--out", out.toString(), "--json").ok();
    try (Arena arena = Arena.ofConfined()) {
      var common = SafetensorsFile.open(out, arena).tensors();
      assertThat(common.keySet()).containsExactlyInAnyOrder("logits_0", "logits_2");
      assertThat(common.get("logits_0").shape()).containsExactly(3, 2048);
      var own = SafetensorsFile.open(temp.resolve("own.safetensors"), arena).tensors();
      assertThat(own.get("logits").shape()).containsExactly(2, 2048);
      assertThat(own.get("logits").dtype()).hasToString("F32");
    }
    Path single = temp.resolve("single.safetensors");
    Cli.run("logits", "--ids", "2032,65", "--out", single.toString()).ok();
    assertThat(single).hasSameBinaryContentAs(temp.resolve("own.safetensors"));
  }

  @Test
  void logits_intoAFolderThatIsNotThere() {
    Path out = temp.resolve("none/logits.safetensors");
    Cli.run("logits", "--ids", "1", "--out", out.toString()).fails(1, "none");
  }

  @Test
  void digest_isOneForAllThreadsWidthsAndBatches() {
    Set<String> digests =
        Set.copyOf(
            List.of(
                digest("--threads=1", "--batch=1"),
                digest("--threads=2", "--batch=3", "--vector-bits=256"),
                digest("--threads=4", "--batch=8", "--vector-bits=128")));
    assertThat(digests).hasSize(1);
    assertThat(digests.iterator().next()).matches("[0-9a-f]{64}");
  }

  @Test
  @Tag("slow")
  void digest_isThatOfPlainLoopsToo() {
    assertThat(digest("--vector-bits=scalar")).isEqualTo(digest("--vector-bits=64"));
  }

  @Test
  void digest_ofACausalModel_isOneForAllBatches() {
    String alone = digest("--model=unmask-qwen-ar-6m", "--threads=1");
    assertThat(alone).matches("[0-9a-f]{64}");
    assertThat(digest("--model=unmask-qwen-ar-6m", "--batch=3")).isEqualTo(alone);
  }

  private static String digest(String... options) {
    List<String> args = new ArrayList<>(List.of("digest"));
    args.addAll(List.of(options));
    return Cli.run(args.toArray(String[]::new)).ok().out().strip();
  }

  @Test
  void digest_tellsModelsApart() {
    JsonNode llada = Cli.run("digest", "--json").ok().json().getFirst();
    JsonNode dream = Cli.run("digest", "--json", "--model=unmask-dream-6m").ok().json().getFirst();
    for (String key : List.of("digest", "logits", "trace")) {
      assertThat(llada.path(key).asString()).isNotEqualTo(dream.path(key).asString());
    }
  }

  @Test
  void score_givesEveryLineItsScoresInOrder() throws IOException {
    List<Sample> samples = TaskData.generated(ParallelBench.task("waiting_line/copy"), 42);
    Path answers = temp.resolve("answers.jsonl");
    Files.writeString(
        answers,
        Json.line(
                Json.object()
                    .put("index", 3)
                    .put("case", "ignored")
                    .put("output", "Sure: " + samples.get(3).answer().example()))
            + "\n\n"
            + Json.line(Json.object().put("index", 0).put("output", "[]"))
            + "\n");
    Cli run =
        Cli.run("score", "--json", "--task", "waiting_line/copy", "--answers", answers.toString());
    assertThat(run.ok().lines())
        .containsExactly(
            "{\"request\":0,\"scores\":{\"score\":1.0,\"score_strict\":1.0}}",
            "{\"request\":1,\"scores\":{\"score\":0.0,\"score_strict\":0.0}}");
    Cli text = Cli.run("score", "--task", "waiting_line/copy", "--answers", answers.toString());
    assertThat(text.ok().out())
        .isEqualTo(
            "waiting_line/copy: score 50.00, score_strict 50.00 over 2 answers"
                + System.lineSeparator());
  }

  @Test
  void score_namesABadLine() throws IOException {
    Path answers = temp.resolve("answers.jsonl");
    String[] score = {"score", "--task", "waiting_line/copy", "--answers", answers.toString()};
    Files.writeString(answers, "{\"index\": 0, \"output\": \"\"}\n{\"index\": 0}\n");
    Cli.run(score).fails(2, "answers.jsonl line 2: ", "\"output\"");
    Files.writeString(answers, "{\"index\": 100, \"output\": \"\"}\n");
    Cli.run(score).fails(2, "line 1: index 100 is outside 0 to 99");
    Files.writeString(answers, "nonsense\n");
    Cli.run(score).fails(2, "line 1: not valid JSON");
    Files.writeString(answers, "");
    Cli.run(score).fails(2, "holds no answer");
    Cli.run("score", "--task", "waiting_line/copy", "--answers", "x", "--data", temp.toString())
        .fails(1, "waiting_line/copy");
  }

  @Test
  void tasks_listsAndShowsSamples() {
    assertThat(Cli.run("tasks", "--json").ok().json()).hasSize(17);
    JsonNode sample =
        Cli.run("tasks", "--json", "--task", "waiting_line/sort", "--samples", "1")
            .ok()
            .json()
            .getFirst();
    assertThat(sample.path("messages").size()).isEqualTo(3);
    assertThat(sample.path("messages").get(2).path("content").asString()).contains("last name");
    assertThat(sample.path("example").asString()).startsWith("[\"");
  }

  @Test
  void inspect_countsParameters() {
    JsonNode json = Cli.run("inspect", "unmask-llada-6m", "--json").ok().json().getFirst();
    assertThat(json.path("parameters").asLong()).isEqualTo(6_295_808);
    assertThat(json.path("dtypes").path("BF16").path("bytes").asLong()).isEqualTo(2 * 6_295_808);
    assertThat(json.path("config").path("model_type").asString()).isEqualTo("llada");
    assertThat(Cli.run("inspect", "unmask-llada-6m").ok().out()).contains("6,295,808 parameters");
  }

  @Test
  void generate_answersWithTheHonestNumbers() {
    String prompt =
        """
        You are managing a waiting line at a customer service desk.
        You need to record the following people in the order they arrived:
        ["Alan Walker", "Grace Scott", "Roy Hunter"]
        Please copy the list exactly and provide only the final list.
        """;
    JsonNode json =
        Cli.run(
                "generate",
                "--json",
                "--gen-length=32",
                "--algorithm=threshold",
                "--threshold=0.9",
                prompt)
            .ok()
            .json()
            .getFirst();
    assertThat(json.path("text").asString())
        .isEqualTo("[\"Alan Walker\", \"Grace Scott\", \"Roy Hunter\"]");
    assertThat(json.path("nfe").asInt()).isBetween(1, 32);
    assertThat(json.path("kept_tokens").asInt()).isBetween(10, 20);
    assertThat(json.path("ms_per_step").asDouble()).isPositive();
    Cli text = Cli.run("generate", "--gen-length=32", prompt).ok();
    assertThat(text.lines().getFirst()).startsWith("[\"Alan Walker\"");
    assertThat(text.lines().getLast())
        .contains("NFE 32, 1.00 tokens/step", "ms/step", "tokens/s", "kept", "of 32 tokens");
  }
}
