package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code unmask bench} from end to end on the shipped model, small. */
class BenchCommandTest {

  private static final List<String> SMALL =
      List.of(
          "bench",
          "--tasks=waiting_line/copy,waiting_line/shuffle",
          "--samples=2",
          "--algorithm=threshold,llada-low-confidence",
          "--threshold=0.9,0.5",
          "--tokens-per-step=8,all");

  @TempDir Path runs;

  private String[] small(String... more) {
    Map<String, String> args = new LinkedHashMap<>();
    Stream.of(SMALL, List.of("--runs-dir=" + runs), List.of(more))
        .flatMap(List::stream)
        .forEach(arg -> args.put(arg.replaceFirst("=.*", ""), arg)); // the last one counts
    return args.values().toArray(String[]::new);
  }

  private String read(String name) throws IOException {
    return Files.readString(runs.resolve(name));
  }

  @Test
  void aRun_leavesManifestRowsSummaryAndReport() throws IOException {
    Cli run = Cli.run(small("--name=a", "--json")).ok();
    JsonNode line = run.json().getFirst();
    assertThat(line.path("complete").asBoolean()).isTrue();
    assertThat(line.path("curves").get(0).path("points").get(0).path("ms_per_step").asDouble())
        .isPositive();
    assertThat(Files.readAllLines(runs.resolve("a/samples.jsonl"))).hasSize(2 * 2 * 4);

    JsonNode summary = Json.MAPPER.readTree(read("a/summary.json"));
    JsonNode threshold = summary.path("curves").get(0);
    assertThat(threshold.path("strategy").asString()).isEqualTo("threshold");
    assertThat(threshold.path("adaptive").asBoolean()).isTrue();
    JsonNode topK = summary.path("curves").get(1);
    assertThat(topK.path("points").get(0).path("tokens_per_step").asDouble()).isEqualTo(8);
    assertThat(topK.path("points").get(0).path("nfe").asDouble()).isEqualTo(4);
    assertThat(topK.path("points").get(1).path("tokens_per_step").asDouble()).isEqualTo(32);
    JsonNode copy = threshold.path("points").get(0).path("tasks").path("waiting_line/copy");
    assertThat(copy.path("score").asDouble()).isEqualTo(100);
    assertThat(read("a/summary.json")).doesNotContain("ms_per_step");

    JsonNode manifest = Json.MAPPER.readTree(read("a/manifest.json"));
    assertThat(manifest.path("plan").path("models").get(0).path("sha256").asString()).hasSize(64);
    JsonNode session = manifest.path("sessions").get(0);
    for (String fact : List.of("started", "command", "commit", "java", "cpu", "threads", "batch")) {
      assertThat(session.path(fact).asString()).as(fact).isNotEmpty();
    }
    assertThat(session.path("command").asString())
        .startsWith("./unmask bench")
        .contains("--name a");
    assertThat(read("a/report.html")).contains("waiting_line/shuffle");

    Cli verified = Cli.run("trace", "verify", runs.resolve("a/traces.jsonl").toString()).ok();
    assertThat(verified.lines()).hasSize(2 * 4).allMatch(l -> l.endsWith(": equal"));
  }

  @Test
  void theTable_hasEverySettingAndTask() {
    Cli run = Cli.run(small("--name=a")).ok();
    assertThat(run.out())
        .contains("strategy", "tokens/step", "NFE", "ms/step", "tokens/s", "kept")
        .contains("threshold=0.5", "k=all", "waiting_line/shuffle")
        .contains("tokens/step at score of at least");
    assertThat(run.lines().getLast()).startsWith("report: ").endsWith("report.html");
    Cli again = Cli.run(small("--name=a")).ok();
    assertThat(again.lines()).isEqualTo(run.lines());
    assertThat(again.err()).contains("16 of 16 samples are there");
  }

  @Test
  void batchesAndThreads_doNotChangeTheSummary() throws IOException {
    Cli.run(small("--name=a", "--batch=1", "--threads=1")).ok();
    Cli.run(small("--name=b", "--batch=3", "--threads=2")).ok();
    assertThat(read("b/summary.json")).isEqualTo(read("a/summary.json"));
  }

  @Test
  void anInterruptedRun_keepsItsRowsAndGoesOn() throws IOException {
    Cli.run(small("--name=whole")).ok();
    AtomicInteger asked = new AtomicInteger();
    Interrupt soon =
        new Interrupt() {
          @Override
          boolean requested() {
            return asked.incrementAndGet() > 12;
          }
        };
    Cli first = Cli.run(soon, small("--name=cut", "--batch=2")).ok();
    assertThat(first.err()).contains("stopped; ", " of 16 samples are kept", "--name cut");
    int kept = Files.readAllLines(runs.resolve("cut/samples.jsonl")).size();
    assertThat(kept).isBetween(1, 15);
    assertThat(read("cut/report.html")).contains("\"complete\":false");

    Cli second = Cli.run(small("--name=cut")).ok();
    assertThat(second.err()).contains("going on with", kept + " of 16 samples are there");
    assertThat(read("cut/summary.json")).isEqualTo(read("whole/summary.json"));
  }

  @Test
  void textTasks_areScoredByTheGrammarChecker_whoseVersionIsRecorded() throws IOException {
    Cli run =
        Cli.run(
                "bench",
                "--tasks=words_to_sentence/easy,puzzle/sudoku_n4_12",
                "--samples=2",
                "--algorithm=llada-low-confidence",
                "--tokens-per-step=all",
                "--runs-dir=" + runs,
                "--name=t")
            .ok();
    assertThat(run.err()).doesNotContain("SLF4J");
    JsonNode summary = Json.MAPPER.readTree(read("t/summary.json"));
    assertThat(summary.path("grammar").asString()).isEqualTo("LanguageTool 6.8 en-US");
    JsonNode tasks = summary.path("curves").get(0).path("points").get(0).path("tasks");
    assertThat(tasks.path("words_to_sentence/easy").path("scores").propertyNames())
        .contains("inclusion_score", "grammar_score", "score");
    assertThat(read("t/manifest.json")).contains("\"grammar\" : \"LanguageTool 6.8 en-US\"");
    Path answers =
        Files.writeString(
            runs.resolve("answers"),
            "{\"index\": 0, \"output\": \"A dog runs in the park.\"}\n"
                + "{\"index\": 0, \"output\": \"These is an dog.\"}\n");
    Cli score =
        Cli.run("score", "--task=words_to_sentence/easy", "--answers=" + answers, "--json").ok();
    assertThat(score.err()).contains("LanguageTool 6.8 en-US");
    assertThat(score.json().get(0).path("scores").path("grammar_score").asDouble()).isEqualTo(1);
    assertThat(score.json().get(1).path("scores").path("grammar_score").asDouble()).isEqualTo(0);
  }

  @Test
  void theOtherVersion_asksOtherwise_andDoesNotMix() throws IOException {
    Cli.run(small("--name=v", "--task-version=cli-2026", "--tokens-per-step=all")).ok();
    assertThat(Json.MAPPER.readTree(read("v/summary.json")).path("version").asString())
        .isEqualTo("cli-2026");
    Cli.run(small("--name=v", "--tokens-per-step=all"))
        .fails(2, "was begun with other options", "version was cli-2026, now paper-2510");
    Cli.run(small("--name=w", "--task-version=v9")).fails(2, "unknown ParallelBench version");
  }

  @Test
  void otherOptionsUnderTheSameName_areRefused() {
    Cli.run(small("--name=a")).ok();
    Cli.run(small("--name=a", "--samples=3")).fails(2, "was begun with other options", "samples");
    Cli.run(small("--name=a", "--data-seed=1")).fails(2, "was begun with other options", "seed 1");
  }

  @Test
  void aRunFolderThatCannotBeWritten_failsBeforeAnyWork() throws IOException {
    Path file = Files.writeString(runs.resolve("file"), "");
    Cli.run("bench", "--runs-dir=" + file, "--name=a").fails(1, "cannot write the run folder");
  }

  @Test
  void aSettingThatDoesNotFitATask_failsBeforeAnyWork() throws IOException {
    Cli.run(small("--name=a", "--block-length=5")).fails(2, "block length 5");
    Cli.run(small("--name=a", "--threshold=0.5,2")).fails(2, "threshold", "'2'");
    Cli.run(small("--name=a", "--tokens-per-step=0")).fails(2, "tokens-per-step", "'0'");
    assertThat(runs.resolve("a")).doesNotExist();
  }

  @Test
  void severalValuesOfAnotherOption_areACurveEach() throws IOException {
    Cli.run(small("--name=a", "--block-length=8,32", "--algorithm=threshold")).ok();
    JsonNode curves = Json.MAPPER.readTree(read("a/summary.json")).path("curves");
    assertThat(curves.valueStream().map(c -> c.path("strategy").asString()))
        .containsExactly("threshold block-length=8", "threshold block-length=32");
  }
}
