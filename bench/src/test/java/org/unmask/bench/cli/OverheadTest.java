package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** {@code bench overhead} on the shipped model. */
class OverheadTest {

  @Test
  void measuresWhatLiesBetweenForwardCalls() {
    Cli run =
        Cli.run(
            "bench",
            "overhead",
            "--algorithm",
            "threshold,llada-low-confidence+dual",
            "--gen-length",
            "8",
            "--prompt-length",
            "8",
            "--repeats",
            "3",
            "--warm-ups",
            "0",
            "--recorded",
            "--json");
    assertThat(run.ok().json()).hasSize(4);
    for (JsonNode row : run.json()) {
      assertThat(row.path("share")).hasSize(3);
      assertThat(row.path("share").get(1).asDouble()).isBetween(1e-6, 0.999);
      assertThat(row.path("stepMillis").get(1).asDouble()).isPositive();
    }
    assertThat(run.json().stream().map(row -> row.path("algorithm").asString()))
        .containsExactly(
            "threshold",
            "threshold recorded",
            "llada-low-confidence+dual",
            "llada-low-confidence+dual recorded");
  }

  @Test
  void unknownAlgorithm_isNamed() {
    Cli.run("bench", "overhead", "--algorithm", "treshold").fails(2, "did you mean 'threshold'");
  }
}
