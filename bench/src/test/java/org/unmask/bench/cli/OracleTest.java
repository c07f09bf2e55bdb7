package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Algorithms on exact distributions, from the command line. */
class OracleTest {

  @Test
  void shuffle_fallsAsTheClosedFormSays() {
    List<JsonNode> lines =
        Cli.run(
                "oracle",
                "shuffle-4",
                "--algorithm=llada-random",
                "--tokens-per-step=1,2,all",
                "--temperature=1",
                "--samples=900",
                "--json")
            .ok()
            .json();
    assertThat(lines)
        .extracting(l -> l.path("setting").asString())
        .containsExactly("k=1", "k=2", "k=all");
    double[] closed = {1, 3 / 8., 24 / 256.};
    for (int i = 0; i < 3; i++) {
      double p = closed[i];
      assertThat(lines.get(i).path("right").asDouble())
          .isCloseTo(p, within(3 * Math.sqrt(p * (1 - p) / 900)));
    }
    assertThat(lines.get(1).path("nfe").asDouble()).isEqualTo(2);
  }

  @Test
  void ceiling_isOnePoint() {
    assertThat(Cli.run("oracle", "sort-6", "--algorithm=oracle", "--samples=3").ok().lines())
        .singleElement()
        .asString()
        .contains("ceiling", "right 100.0 %", "NFE   1.00");
  }

  @Test
  void mistakes_areNamed() {
    Cli.run("oracle", "shufle-4").fails(2, "'shufle-4'", "shuffle-N");
    Cli.run("oracle", "shuffle-4", "--gen-length=8", "--algorithm=threshold")
        .fails(2, "leave it out");
    Cli.run("oracle", "shuffle-4", "--algorithm=dawn").fails(2, "no attention");
    Cli.run("oracle", "shuffle-4", "--samples=0").fails(2, "--samples");
  }
}
