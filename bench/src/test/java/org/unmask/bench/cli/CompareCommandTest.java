package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmask.decode.Algorithm;
import org.unmask.decode.Algorithms;
import tools.jackson.databind.JsonNode;

/** {@code unmask compare} and the lists of algorithms behind it. */
class CompareCommandTest {

  @TempDir Path runs;

  private Cli compare(String... more) {
    List<String> args =
        new ArrayList<>(List.of("compare", "--tasks=waiting_line/copy", "--runs-dir=" + runs));
    args.addAll(List.of(more));
    if (args.stream().noneMatch(arg -> arg.startsWith("--samples"))) {
      args.add("--samples=2");
    }
    return Cli.run(args.toArray(String[]::new));
  }

  @Test
  void strategies_areComparedWithTheFirst_andTheRunGoesOn() throws IOException {
    String[] options = {
      "--algorithm=llada-low-confidence,threshold",
      "--tokens-per-step=1,4",
      "--threshold=0.9",
      "--name=a"
    };
    Cli run = compare(options).ok();
    assertThat(run.lines().getFirst())
        .contains(
            "strategy", "score", "gain", "tokens/step", "PB90", "matched", "ms/step", "faster");
    assertThat(run.out()).contains("baseline").contains("table: ");
    List<String> csv = Files.readAllLines(runs.resolve("a/compare.csv"));
    assertThat(csv).hasSize(1 + 3);
    assertThat(Files.readString(runs.resolve("a/compare.md"))).startsWith("| model | strategy |");
    JsonNode rows =
        Json.MAPPER.readTree(Files.readString(runs.resolve("a/compare.json"))).path("rows");
    JsonNode base = rows.get(0);
    assertThat(base.path("baseline").asBoolean()).isTrue();
    assertThat(base.path("passes_ratio").get(0).asDouble()).isEqualTo(1);
    assertThat(base.path("text_speed_up").get(0).asDouble()).isLessThan(1); // padding not counted
    JsonNode fast = rows.get(1);
    assertThat(fast.path("passes_ratio").get(0).asDouble()).isEqualTo(4);
    assertThat(fast.path("score_gain").get(0).asDouble()).isZero();
    assertThat(fast.path("matched").get(0).asDouble()).isEqualTo(4);
    for (JsonNode row : rows) {
      for (String interval : List.of("score_gain", "passes_ratio", "speed_up", "text_speed_up")) {
        assertThat(row.path(interval).get(1).asDouble())
            .isLessThanOrEqualTo(row.path(interval).get(2).asDouble());
      }
    }
    Cli again = compare(options).ok();
    assertThat(again.err()).contains("6 of 6 samples are there");
    assertThat(again.lines()).isEqualTo(run.lines());
    Cli.run("bench", "verify", runs.resolve("a").toString()).ok();
  }

  @Test
  void thePresetTakesTheWholeCatalogue() {
    JsonNode plan = compare("--dry-run", "--json").ok().json().getFirst().path("plan");
    Set<String> planned = new TreeSet<>();
    for (JsonNode strategy : plan.path("strategies")) {
      assertThat(strategy.path("models").size()).isEqualTo(1);
      planned.add(strategy.path("settings").get(0).path("options").path("algorithm").asString());
    }
    Cli listed = Cli.run("algorithms", "--json").ok();
    for (JsonNode algorithm : listed.json()) {
      boolean isOfOtherNetworks =
          algorithm.path("needs").valueStream().anyMatch(n -> n.asString().contains("such as"));
      String id = algorithm.path("id").asString();
      assertThat(planned.contains(id)).as(id).isEqualTo(!isOfOtherNetworks);
    }
    assertThat(plan.path("strategies").get(0).path("name").asString())
        .isEqualTo("llada-low-confidence");
  }

  @Test
  void diffusionModels_standBesideWhatDraftsForCausalOnes() throws IOException {
    Path sweep =
        Files.writeString(
            runs.resolve("sweep.yaml"),
            """
            models: [unmask-llada-6m, unmask-qwen-ar-6m]
            strategies:
              - algorithm: threshold
                models: unmask-llada-6m
                threshold: 0.9
              - algorithm: ar
                models: unmask-qwen-ar-6m
              - algorithm: speculative
                models: unmask-qwen-ar-6m
              - algorithm: assd
                models: unmask-asarm-6m
            """);
    Cli run = compare("--sweep=" + sweep, "--name=d").ok();
    assertThat(run.lines().getFirst())
        .contains("NFE/token", "accepted/step", "other NFE", "exactness");
    assertThat(run.err()).contains("left out assd, which is for unmask-asarm-6m");
    JsonNode rows =
        Json.MAPPER.readTree(Files.readString(runs.resolve("d/compare.json"))).path("rows");
    assertThat(rows.valueStream().map(r -> r.path("exactness").asString()))
        .containsExactly("", "exact", "exact");
    JsonNode drafted = rows.get(2);
    assertThat(drafted.path("score").asDouble()).isEqualTo(rows.get(1).path("score").asDouble());
    assertThat(drafted.path("accepted_per_step").asDouble()).isGreaterThan(1);
    assertThat(drafted.path("auxiliary_nfe").asDouble()).isPositive();
    assertThat(rows.get(1).path("accepted_per_step").asDouble()).isZero();
  }

  @Test
  void lengths_areComparedWithinThemselves() throws IOException {
    compare(
            "--algorithm=llada-low-confidence",
            "--tokens-per-step=8",
            "--gen-length=32,64",
            "--block-length=32",
            "--samples=1",
            "--name=l")
        .ok();
    JsonNode rows =
        Json.MAPPER.readTree(Files.readString(runs.resolve("l/compare.json"))).path("rows");
    assertThat(rows.valueStream().map(r -> r.path("baseline").asBoolean()))
        .containsExactly(true, true);
    assertThat(rows.valueStream().map(r -> r.path("gen_length").asString()))
        .containsExactly("32", "64");
  }

  @Test
  void wrongOptions_areRefused() {
    compare("--loss=-1").fails(2, "--loss must be from 0 to 100");
    compare("--preset=none").fails(2, "unknown preset 'none'", "strategies");
    compare("--preset=strategies", "--threshold=0.5").fails(2, "the sweep names its strategies");
    Cli.run("compare", "kernels").fails(2, "unexpected argument 'kernels'");
  }

  @Test
  void algorithms_sayWhatTheyNeed() {
    assertThat(Cli.run("algorithms", "apd").ok().out()).contains("needs: a causal model");
    assertThat(Cli.run("algorithms", "learn2pd").ok().out()).contains("needs: a trained filter");
    assertThat(Cli.run("algorithms", "dawn").ok().out()).contains("attention weights");
    assertThat(Cli.run("algorithms", "threshold").ok().out())
        .contains("needs: nothing but the model", "caches: none, prefix, dual");
    for (Algorithm algorithm : Algorithms.all()) {
      assertThat(algorithm.needs()).as(algorithm.id()).allMatch(need -> need.length() < 160);
    }
  }
}
