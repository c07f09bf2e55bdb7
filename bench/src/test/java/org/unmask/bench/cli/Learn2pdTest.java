package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Training a filter from end to end on the shipped model, small. */
class Learn2pdTest {

  @TempDir Path temp;

  private Cli collect(String... more) {
    return learn("collect", "--tasks=waiting_line/copy,waiting_line/shuffle", "--samples=2", more);
  }

  private static Cli learn(String verb, String first, String second, String... more) {
    return Cli.run(
        Stream.concat(
                Stream.of("learn2pd", verb, first, second, "--gen-length=16", "--block-length=8"),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private Cli train(Path rows, Path out, int threads) {
    return Cli.run(
        "learn2pd",
        "train",
        "--rows=" + rows,
        "--out=" + out,
        "--epochs=40",
        "--threads=" + threads);
  }

  @Test
  void collectTrainAndDecode() throws IOException {
    Path rows = temp.resolve("rows.jsonl");
    JsonNode collected = collect("--out=" + rows, "--json").ok().json().getFirst();
    assertThat(collected.path("prompts").asInt()).isEqualTo(4);
    List<String> lines = Files.readAllLines(rows);
    assertThat(lines).hasSize(5);
    assertThat(lines.getFirst())
        .contains("\"block_length\":8", "\"data\":\"generated, seed 1001\"");
    assertThat(lines.stream().mapToInt(l -> l.split("\"correct\"", -1).length - 1).sum())
        .isEqualTo(collected.path("rows").asInt());

    Path one = temp.resolve("one");
    Path two = temp.resolve("two");
    train(rows, one, 1).ok();
    train(rows, two, 2).ok();
    Path file = one.resolve("block-8.safetensors");
    // the header tells the folder's name, so compare what follows it
    assertThat(tail(file)).isEqualTo(tail(two.resolve("block-8.safetensors")));
    assertThat(one.resolve("README.md"))
        .content()
        .contains("# Filters for unmask-llada-6m", "| `block-8.safetensors` | 8 | 4 |", "--rows");

    Cli trace =
        Cli.run(
                "trace",
                "--ids=" + Cli.IDS,
                "--algorithm=learn2pd",
                "--gen-length=16",
                "--block-length=4",
                "--filter=" + one,
                "--json")
            .ok();
    assertThat(trace.json().getFirst().path("filter_logits").size()).isEqualTo(4);
    Cli.run(
            "trace",
            "--ids=" + Cli.IDS,
            "--algorithm=learn2pd",
            "--block-length=32",
            "--filter=" + one)
        .fails(2, "are for blocks of up to 8, block length was 32");
    Cli.run(
            "trace",
            "--ids=" + Cli.IDS,
            "--algorithm=learn2pd",
            "--block-length=32",
            "--filter=" + file)
        .fails(2, "block length 32 exceeds the filter's width; use 8");
  }

  @Test
  void collect_firstPass_hasARowPerToken() throws IOException {
    Path rows = temp.resolve("rows.jsonl");
    JsonNode few = collect("--out=" + rows, "--json").ok().json().getFirst();
    Path more = temp.resolve("more.jsonl");
    JsonNode many = collect("--out=" + more, "--first-pass", "--json").ok().json().getFirst();
    assertThat(many.path("rows").asInt()).isEqualTo(few.path("rows").asInt() + 4 * 16);
  }

  /** Returns the tensors' bytes: 4 B (2 B + 2) of them. */
  private static byte[] tail(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int size = 4 * 2 * (8 * 8 + 8);
    return java.util.Arrays.copyOfRange(bytes, bytes.length - size, bytes.length);
  }

  @Test
  void collect_cutOff_goesOnToTheSameRows() throws IOException {
    Path whole = temp.resolve("whole.jsonl");
    Path cut = temp.resolve("cut.jsonl");
    collect("--out=" + whole, "--batch=1").ok();
    List<String> lines = Files.readAllLines(whole);
    Files.writeString(
        cut, lines.get(0) + "\n" + lines.get(1) + "\n" + lines.get(2).substring(0, 30));
    Files.writeString(cut, Files.readString(cut).replace("whole.jsonl", "cut.jsonl"));
    assertThat(collect("--out=" + cut, "--batch=3").ok().err()).contains("1 of 4 are there");
    assertThat(Files.readAllLines(cut).subList(1, 5))
        .containsExactlyInAnyOrderElementsOf(lines.subList(1, 5));

    collect("--out=" + cut, "--data-seed=7")
        .fails(2, "was begun with other options", "data", "use another --out");
  }

  @Test
  void mistakes_areNamed() throws IOException {
    collect("--out=" + temp.resolve("r"), "--data-seed=42")
        .fails(2, "--data-seed 42", "use another");
    String out = "--out=" + temp.resolve("r");
    Cli.run("learn2pd", "collect", out, "--samples=0").fails(2, "at least 1");
    Cli.run("learn2pd", "collect", out, "--block-length=24").fails(2, "block length 24");
    Cli.run("learn2pd", "collect", out, "--tasks=x").fails(2, "'x'");
    Cli.run("learn2pd", "collect", out, "--cache=x").fails(2, "'x'");
    assertThat(temp.resolve("r")).doesNotExist();
    Cli.run("learn2pd").fails(2, "collect or train");
    Path other = Files.writeString(temp.resolve("other"), "{\"a\":1}\n");
    collect("--out=" + other).fails(1, "holds no rows");
    train(other, temp.resolve("f"), 1).fails(1, "holds no rows");
    train(temp.resolve("none"), temp.resolve("f"), 1).fails(1, "no such file");
    Path bad =
        Files.writeString(
            temp.resolve("bad"),
            "{\"block_length\":4}\n{\"rows\":[{\"confidence\":[1],\"correct\":\"11\"}]}\n");
    train(bad, temp.resolve("f"), 1).fails(1, "line 2");
    Path empty = Files.writeString(temp.resolve("empty"), "{\"block_length\":4}\n");
    train(empty, temp.resolve("f"), 1).fails(2, "without rows");
    assertThat(temp.resolve("f")).doesNotExist();
    try (FileChannel channel =
        FileChannel.open(
            temp.resolve("busy"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.lock();
      collect("--out=" + temp.resolve("busy")).fails(1, "in use by another process");
    }
  }

  @Test
  void shippedFilters_areFoundForTheirModels() {
    for (String model : List.of("unmask-llada-6m", "unmask-dream-6m")) {
      for (String algorithm : List.of("learn2pd", "learn2pd-eotp")) {
        Cli run =
            Cli.run(
                    "trace",
                    "--model=" + model,
                    "--ids=" + Cli.IDS,
                    "--algorithm=" + algorithm,
                    "--gen-length=32",
                    "--json")
                .ok();
        assertThat(run.json().getLast().path("nfe").asInt())
            .as("%s %s", model, algorithm)
            .isLessThan(32);
      }
    }
    Cli.run("trace", "--model=unmask-qwen-ar-3m", "--ids=1", "--algorithm=learn2pd")
        .fails(2, "unmask-qwen-ar-3m");
  }
}
