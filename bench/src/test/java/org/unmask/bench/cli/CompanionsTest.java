package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What algorithms need beside the model, named by options or found. */
class CompanionsTest {

  @TempDir Path temp;

  private static Cli trace(String... more) {
    List<String> args = new ArrayList<>(List.of("trace", "--ids=" + Cli.IDS, "--gen-length=16"));
    args.addAll(List.of(more));
    return Cli.run(args.toArray(String[]::new));
  }

  @Test
  void apd_takesTheShippedCausalModel_orAnother() {
    String usual = trace("--algorithm=apd", "--json").ok().out();
    assertThat(trace("--algorithm=apd", "--ar-model=unmask-qwen-ar-6m", "--json").ok().out())
        .isEqualTo(usual);
    assertThat(trace("--algorithm=apd", "--ar-model=unmask-qwen-ar-3m", "--json").ok().out())
        .isNotEqualTo(usual); // its log probabilities are others
    trace("--algorithm=apd", "--ar-model=none-such").fails(2, "none-such");
  }

  @Test
  void apd_couplingsWindowAndLookahead_areOptions() {
    String shared = apd("shared-gumbel");
    String argmax = apd("argmax");
    assertThat(shared).isNotEqualTo(argmax);
    assertThat(shared.lines().count()).isGreaterThan(16 / 4); // a lookahead of 4 forbids fewer
  }

  private static String apd(String coupling) {
    return trace(
            "--algorithm=apd",
            "--coupling=" + coupling,
            "--temperature=1",
            "--apd-mixture-weight=0.5",
            "--kv-window=8",
            "--max-lookahead=4",
            "--eos-id=2047",
            "--json")
        .ok()
        .out();
  }

  @Test
  void whatDrafts_isTheOneShipped_orAnother() {
    String usual = causal("speculative").ok().out();
    assertThat(causal("speculative", "--drafter=unmask-qwen-ar-3m").ok().out()).isEqualTo(usual);
    assertThat(causal("speculative", "--drafter=unmask-qwen-ar-6m").ok().out())
        .isNotEqualTo(usual); // a drafter that is never wrong
    causal("specdiff").ok();
    causal("specdiff", "--drafter=unmask-qwen-ar-3m").fails(2, "drafts with a bidirectional model");
    causal("chimera").ok();
    causal("chimera", "--draft-heads=none-such").fails(2, "none-such");
  }

  private static Cli causal(String algorithm, String... more) {
    List<String> args = new ArrayList<>(List.of("--model=unmask-qwen-ar-6m", "--json"));
    args.add("--algorithm=" + algorithm);
    args.addAll(List.of(more));
    return trace(args.toArray(String[]::new));
  }

  @Test
  void adablock_knowsTheModelsNewline() {
    assertThat(trace("--algorithm=adablock").ok().out()).contains("NFE");
  }

  @Test
  void pc_readsFrequencies() throws IOException {
    Path file = Files.writeString(temp.resolve("f.json"), "{\"2033\": 1, \"319\": 0.5}");
    String plain = trace("--algorithm=pc", "--json").ok().out();
    assertThat(trace("--algorithm=pc", "--background-frequency=" + file, "--json").ok().out())
        .isNotEqualTo(plain);
    Files.writeString(file, "{\"2033\": 2}");
    trace("--algorithm=pc", "--background-frequency=" + file).fails(1, "2033", "from 0 to 1");
    trace("--algorithm=pc", "--background-frequency=" + temp.resolve("none"))
        .fails(1, "no such file");
  }

  @Test
  void requests_nameTheirOwn() throws IOException {
    Path file =
        Files.writeString(
            temp.resolve("requests"),
            "{\"ar_model\":\"unmask-qwen-ar-3m\"}\n{\"ar_model\":\"unmask-qwen-ar-6m\"}\n");
    assertThat(trace("--algorithm=apd", "--requests=" + file, "--json").ok().json())
        .anySatisfy(line -> assertThat(line.path("request").asInt()).isEqualTo(1));
  }

  @Test
  void bench_saysWhatItUsed() throws IOException {
    Path sweep =
        Files.writeString(
            temp.resolve("sweep.yaml"),
            """
            tasks: [waiting_line/copy]
            samples: 2
            strategies:
              - algorithm: apd
                apd-mixture-weight: [0.5, 0.9]
                ar-model: [unmask-qwen-ar-3m, unmask-qwen-ar-6m]
              - algorithm: oracle
                gen-length: 16
            """);
    Cli.run("bench", "--sweep=" + sweep, "--runs-dir=" + temp, "--name=a").ok();
    JsonNode plan = Json.MAPPER.readTree(temp.resolve("a/manifest.json").toFile()).path("plan");
    assertThat(plan.at("/models/0/companions").propertyNames())
        .containsExactly("ar-model unmask-qwen-ar-3m", "ar-model unmask-qwen-ar-6m");
    assertThat(plan.path("strategies").findValuesAsString("label"))
        .containsExactly(
            "apd-mixture-weight=0.5",
            "apd-mixture-weight=0.9",
            "apd-mixture-weight=0.5",
            "apd-mixture-weight=0.9",
            "ceiling");
    assertThat(temp.resolve("a/report.html")).content().contains("ceiling");
    Cli.run("bench", "verify", temp.resolve("a").toString()).ok();
  }

  @Test
  void aded_startsFromACorpus() throws IOException {
    Path corpus = Files.writeString(temp.resolve("corpus.txt"), "The neighbor liked the day.");
    String[] options = {"--model=unmask-qwen-ar-6m", "--algorithm=aded", "--json"};
    String alone = trace(options).ok().out();
    String[] more = {options[0], options[1], options[2], "--corpus=" + corpus};
    assertThat(trace(more).ok().out()).isNotEmpty().isNotEqualTo(alone); // drafts what it says next
    more[3] = "--corpus=" + temp.resolve("missing.txt");
    trace(more).fails(1, "missing.txt is not a file; name a text file");
    more[3] = "--corpus=" + Files.write(temp.resolve("bytes"), new byte[] {(byte) 0xff});
    trace(more).fails(1, "bytes is not UTF-8 text");
  }
}
