package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sweep files, shards, merge and verify, from end to end on the shipped model, small. */
class SweepCommandsTest {

  @TempDir Path runs;

  private Cli bench(String... more) throws IOException {
    Path sweep =
        Files.writeString(
            runs.resolve("sweep.yaml"),
            """
            tasks: [waiting_line/copy, waiting_line/shuffle]
            samples: 3
            strategies:
              - algorithm: llada-low-confidence
                tokens-per-step: [16, all]
            """);
    return Cli.run(
        java.util.stream.Stream.concat(
                java.util.stream.Stream.of("bench", "--sweep=" + sweep, "--runs-dir=" + runs),
                java.util.stream.Stream.of(more))
            .toArray(String[]::new));
  }

  private String read(String name) throws IOException {
    return Files.readString(runs.resolve(name));
  }

  @Test
  void shardsMerge_toTheWholeRun_byteForByte() throws IOException {
    bench("--name=whole").ok();
    bench("--name=a", "--shard=1/2").ok();
    bench("--name=b", "--shard=2/2").ok();
    assertThat(Files.readAllLines(runs.resolve("a/samples.jsonl"))).hasSize(8);
    assertThat(Files.readAllLines(runs.resolve("b/samples.jsonl"))).hasSize(4);
    String a = runs.resolve("a").toString();
    String b = runs.resolve("b").toString();
    String merged = runs.resolve("m").toString();
    assertThat(Cli.run("bench", "merge", a, b, "--into", merged).ok().out())
        .contains("12 of 12 samples from 2 runs");
    assertThat(read("m/summary.json")).isEqualTo(read("whole/summary.json"));
    assertThat(read("m/questions.jsonl").lines().toList())
        .containsExactlyInAnyOrderElementsOf(read("whole/questions.jsonl").lines().toList());
    Cli.run("bench", "verify", merged).ok();
    assertThat(Cli.run("bench", "verify", a).ok().out()).contains("8 of 8");

    bench("--name=c", "--samples=2").ok();
    Cli.run(
            "bench",
            "merge",
            a,
            runs.resolve("c").toString(),
            "--into",
            runs.resolve("n").toString())
        .fails(2, "measured another plan");
  }

  @Test
  void verify_findsWhatIsMissingDoubledOrChanged() throws IOException {
    bench("--name=v").ok();
    Path samples = runs.resolve("v/samples.jsonl");
    String run = runs.resolve("v").toString();
    Cli.run("bench", "verify", run).ok();
    List<String> lines = Files.readAllLines(samples);

    Files.write(samples, lines.subList(1, lines.size()));
    Cli.run("bench", "verify", run)
        .fails(
            1, "has 2 of 3 samples", "samples.jsonl was changed", "summary.json does not follow");

    Files.writeString(samples, String.join("\n", lines) + "\n" + lines.getFirst() + "\n");
    Cli.run("bench", "verify", run).fails(1, "13 lines for 12 samples");

    Files.write(samples, lines);
    Cli.run("bench", "verify", run).ok();
    Files.writeString(runs.resolve("v/summary.json"), "{}");
    Cli.run("bench", "verify", run).fails(1, "summary.json does not follow");
    Cli.run("bench", "verify", runs.resolve("none").toString()).fails(1, "is no run");
  }

  @Test
  void aDryRun_showsThePlan_andMeasuresNothing() throws IOException {
    Cli dry = bench("--name=d", "--dry-run").ok();
    assertThat(dry.out())
        .contains("waiting_line/copy", "llada-low-confidence: [k=16, k=all]", "12 samples, about ");
    assertThat(runs.resolve("d")).doesNotExist();
    assertThat(
            bench("--dry-run", "--json", "--samples=1")
                .ok()
                .json()
                .getFirst()
                .path("samples")
                .asInt())
        .isEqualTo(4);
  }

  @Test
  void optionsThatContradictTheSweep_areRefused() throws IOException {
    bench("--threshold=0.5").fails(2, "the sweep names its strategies");
    bench("--preset=quick").fails(2, "--sweep and --preset cannot be combined");
  }

  @Test
  void aRun_leavesTablesAndPlots() throws IOException {
    bench("--name=t").ok();
    assertThat(read("t/results.csv").lines()).hasSize(1 + 2 * 3);
    assertThat(read("t/results.md")).contains("| waiting_line/copy |");
    assertThat(read("t/plots/average.svg")).contains("<svg");
    assertThat(Files.readAllBytes(runs.resolve("t/plots/average.png")))
        .startsWith(0x89, 'P', 'N', 'G');
    assertThat(read("t/report.html")).contains("\"traces\":[{", "\"expected\":", "\"theory\":[[1,");
  }
}
