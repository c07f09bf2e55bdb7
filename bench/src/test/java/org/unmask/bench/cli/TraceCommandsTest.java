package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Recording a run and everything that reads recordings, through the command line. */
class TraceCommandsTest {

  private static final String[] RUN = {
    "trace",
    "--ids=" + Cli.IDS,
    "--gen-length=16",
    "--block-length=8",
    "--algorithm=llada-low-confidence",
    "--cache=dual",
    "--temperature=4"
  };

  @TempDir Path temp;

  private String recorded = "";

  @BeforeEach
  void record() {
    recorded = temp.resolve("a.jsonl").toString();
    run("--record=" + recorded).ok();
  }

  private static Cli run(String... more) {
    return seeded(7, more);
  }

  private static Cli seeded(int seed, String... more) {
    List<String> args = new ArrayList<>(List.of(RUN));
    args.add("--seed=" + seed);
    args.addAll(List.of(more));
    return Cli.run(args.toArray(String[]::new));
  }

  private List<JsonNode> lines(String file) throws IOException {
    return Files.readAllLines(Path.of(file)).stream().map(Json.MAPPER::readTree).toList();
  }

  @Test
  void record_writesOptionsStepsCostsAndResult() throws IOException {
    List<JsonNode> lines = lines(recorded);
    JsonNode head = lines.getFirst();
    assertThat(head.path("unmask_trace").asInt()).isEqualTo(1);
    assertThat(head.path("model").asString()).isEqualTo("unmask-llada-6m");
    assertThat(head.path("model_sha256").asString()).hasSize(64);
    assertThat(head.path("weights").asString()).isNotEmpty();
    assertThat(head.path("options").path("seed").asInt()).isEqualTo(7);
    assertThat(head.path("prompt_ids").size()).isEqualTo(14);
    JsonNode step = lines.get(1);
    assertThat(step.path("kind").asString()).isEqualTo("prefill");
    assertThat(step.path("query_rows").asInt()).isEqualTo(30);
    assertThat(lines.get(2).path("query_rows").asInt()).isEqualTo(8);
    assertThat(lines.get(2).path("key_rows").asInt()).isEqualTo(30);
    assertThat(lines.get(2).path("flops").asLong())
        .isPositive()
        .isLessThan(step.path("flops").asLong());
    assertThat(step.path("ms").asDouble()).isPositive();
    assertThat(step.path("predicted").path("positions").size()).isEqualTo(8);
    assertThat(lines.getLast().path("nfe").asInt()).isEqualTo(16);
    assertThat(lines.getLast().path("final_ids").size()).isEqualTo(16);
  }

  @Test
  void verify_acceptsARecording_andNamesAnAlteredNumber() throws IOException {
    Cli.run("trace", "verify", recorded, "--threads=1").ok();
    Path altered = temp.resolve("altered.jsonl");
    Files.writeString(
        altered, Files.readString(Path.of(recorded)).replace("\"key_rows\":30", "\"key_rows\":29"));
    Cli run = Cli.run("trace", "verify", altered.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("step 0: expected key_rows 29, was 30");
  }

  @Test
  void diff_isEqualForTheSameRun_andNamesWhereOthersPart() {
    String again = temp.resolve("b.jsonl").toString();
    run("--record=" + again, "--threads=1").ok();
    assertThat(Cli.run("trace", "diff", recorded, again).ok().out()).contains("equal");
    String other = temp.resolve("c.jsonl").toString();
    seeded(8, "--record=" + other).ok();
    Cli diff = Cli.run("trace", "diff", recorded, other, "--json");
    assertThat(diff.code()).isEqualTo(1);
    assertThat(diff.err()).contains("1 of 1 runs differ");
    JsonNode line = diff.json().getFirst();
    assertThat(line.path("equal").asBoolean()).isFalse();
    assertThat(line.path("position").asInt()).isBetween(0, 15);
    assertThat(line.path("first").path("logit_gap").asDouble()).isPositive();
    assertThat(line.path("confidence_gap").isNumber()).isTrue();
    Cli people = Cli.run("trace", "diff", recorded, other);
    assertThat(people.out())
        .contains("part at step ", "best two logits", "first difference: step ");
  }

  @Test
  void resume_givesTheSameFile_fromAnyStep() {
    for (int step : new int[] {0, 3, 8, 11, 16}) {
      String resumed = temp.resolve("r" + step + ".jsonl").toString();
      Cli run =
          Cli.run("trace", "resume", recorded, "--step=" + step, "--record=" + resumed, "--json")
              .ok();
      assertThat(run.json()).hasSize(16 - step + 1);
      Cli.run("trace", "diff", recorded, resumed).ok();
    }
  }

  @Test
  void resume_goesOnWithARecordingThatWasKilled() throws IOException {
    Path cut = temp.resolve("cut.jsonl");
    List<String> lines = Files.readAllLines(Path.of(recorded));
    String half = lines.get(9).substring(0, lines.get(9).length() / 2);
    Files.writeString(cut, String.join("\n", lines.subList(0, 9)) + "\n" + half);
    String resumed = temp.resolve("resumed.jsonl").toString();
    Cli run = Cli.run("trace", "resume", cut.toString(), "--record=" + resumed, "--json").ok();
    assertThat(run.json().getFirst().path("step").asInt()).isEqualTo(8);
    Cli.run("trace", "diff", recorded, resumed).ok();
  }

  @Test
  void resume_refusesWhatItCannotDo() throws IOException {
    Cli.run("trace", "resume", recorded, "--step=17").fails(2, "step 17 was not recorded");
    Cli.run("trace", "resume", recorded, "--trace=1").fails(2, "--trace 1 is not in the file");
    Cli.run("trace", "resume", recorded, "--model=unmask-dream-6m")
        .fails(2, "recorded with other weights", "name the same with --model");
    Cli.run("trace", "resume", recorded, "--quant=int8").fails(2, "set --quant likewise");
    Cli.run("trace", "resume", recorded, "--record=" + recorded).fails(2, "would overwrite");
    Path golden = Path.of("src/test/resources/golden/short.traces.json").toAbsolutePath();
    Cli.run("trace", "resume", golden.toString())
        .fails(2, "published decoder", "cannot be resumed");
    Path damaged = Files.writeString(temp.resolve("x"), "{\"unmask_trace\": 1}");
    Cli.run("trace", "resume", damaged.toString()).fails(1, "no traces of a known form");
  }

  @Test
  void replay_needsNoModel() {
    Cli run = Cli.run("trace", "replay", recorded).ok();
    assertThat(run.lines()).hasSizeGreaterThanOrEqualTo(18);
    assertThat(run.lines().getFirst()).startsWith("   0 block 0: ");
    assertThat(run.lines().getLast()).contains("16 steps");
    JsonNode last = Cli.run("trace", "replay", recorded, "--json").ok().json().getLast();
    assertThat(last.path("canvas").size()).isEqualTo(16);
    assertThat(last.path("canvas").valueStream().mapToInt(JsonNode::asInt)).doesNotContain(-1);
  }

  @Test
  void measureStaleness_showsPerStepAndSum_andChangesNothing() throws IOException {
    String measured = temp.resolve("s.jsonl").toString();
    Cli run = run("--measure-staleness", "--record=" + measured).ok();
    assertThat(run.lines().get(1)).contains("; stale: ").contains("most probable tokens differ");
    assertThat(run.lines().getLast()).startsWith("stale: ");
    Cli.run("trace", "diff", recorded, measured).ok();
    List<JsonNode> lines = lines(measured);
    assertThat(lines.get(1).path("staleness").path("calls").asInt()).isZero(); // fills the cache
    assertThat(lines.get(2).path("staleness").path("rows").asInt()).isEqualTo(7);
    assertThat(lines.get(2).path("staleness").path("max_logit_error").asDouble()).isPositive();
    JsonNode sum = lines.getLast().path("staleness");
    assertThat(sum.path("rows").asInt()).isEqualTo(2 * (7 * 8 / 2));
  }

  @Test
  void generate_saysWhatACacheCosts() {
    String[] request = {"generate", "--gen-length=16", "--block-length=8", "--cache=dual", "Hello"};
    List<String> args = new ArrayList<>(List.of(request));
    String plain = Cli.run(args.toArray(String[]::new)).ok().lines().getFirst();
    args.add(1, "--measure-staleness");
    List<String> measured = Cli.run(args.toArray(String[]::new)).ok().lines();
    assertThat(measured.getFirst()).isEqualTo(plain);
    assertThat(measured.getLast()).startsWith("stale: ").contains("most probable tokens differ");
    args.add(1, "--json");
    JsonNode json = Cli.run(args.toArray(String[]::new)).ok().json().getFirst();
    assertThat(json.at("/staleness/rows").asInt()).isPositive();
  }
}
