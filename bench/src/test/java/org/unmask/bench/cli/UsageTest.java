package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mistakes on the command line: one line that says what to do, exit code 2. */
class UsageTest {

  @TempDir Path temp;

  @Test
  void noVerb() {
    Cli.run().fails(2, "say what to do");
  }

  @Test
  void unknownVerb() {
    Cli.run("trice").fails(2, "unexpected argument 'trice'", "did you mean", "trace");
  }

  @Test
  void misspeltOption() {
    Cli.run("trace", "--treshold", "0.9").fails(2, "unknown option --treshold", "--threshold");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.5", "-0.1", "NaN", "x", ""})
  void thresholdOutOfRange(String value) {
    Cli.run("trace", "--ids", Cli.IDS, "--algorithm", "threshold", "--threshold=" + value)
        .fails(2, "threshold", "'" + value + "'");
  }

  @Test
  void unknownAlgorithm() {
    Cli.run("trace", "--ids", Cli.IDS, "--algorithm", "treshold")
        .fails(2, "algorithm 'treshold' is unknown", "threshold");
  }

  @Test
  void optionOfAnotherAlgorithm() {
    Cli.run("trace", "--ids", Cli.IDS, "--algorithm", "threshold", "--factor", "1")
        .fails(2, "algorithm threshold has no option 'factor'");
  }

  @Test
  void blockLengthThatDoesNotDivide() {
    Cli.run("trace", "--ids", Cli.IDS, "--gen-length", "128", "--block-length", "48")
        .fails(2, "block length 48 does not divide generation length 128");
  }

  @Test
  void idsThatAreNoNumbers() {
    Cli.run("trace", "--ids", "1,x").fails(2, "--ids", "'x'");
  }

  @Test
  void idsOutsideTheVocabulary() {
    Cli.run("trace", "--ids", "1,99999").fails(2, "[0, 2048)");
    Cli.run("logits", "--ids", "-1", "--out", temp.resolve("x").toString()).fails(2, "2048");
  }

  @Test
  void noPrompt() {
    Cli.run("trace").fails(2, "--ids");
    Cli.run("tokenize").fails(2, "--text, --file or --ids");
    Cli.run("logits", "--ids", "1").fails(2, "--out");
  }

  @Test
  void unknownModel() {
    Cli.run("trace", "--ids", "1", "--model", "gpt-5")
        .fails(2, "no model 'gpt-5'", "unmask-llada-6m", "unmask-dream-6m");
  }

  @Test
  void unknownTask() {
    Cli.run("tasks", "--task", "waiting_line/juggle").fails(2, "waiting_line/juggle");
    Cli.run("bench", "--tasks", "juggle").fails(2, "juggle");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--threads=0", "--vector-bits=96", "--batch=0"})
  void badMachineOptions(String option) {
    Cli.run("digest", option).fails(2, option.substring(option.indexOf('=') + 1));
  }

  @Test
  void badSampleNumbers() {
    Cli.run("bench", "--samples", "0").fails(2, "--samples");
    Cli.run("tasks", "--task", "waiting_line/copy", "--samples", "-1").fails(2, "--samples");
  }

  @Test
  void badRunName() {
    Cli.run("bench", "--name", "../x").fails(2, "--name '../x'");
  }

  @Test
  void missingFiles_areFailuresNotUsage() {
    Path missing = temp.resolve("missing.jsonl");
    Cli.run("score", "--task", "waiting_line/copy", "--answers", missing.toString())
        .fails(1, "no such file", "missing.jsonl");
    Cli.run("trace", "--requests", missing.toString()).fails(1, "no such file", "missing.jsonl");
    Cli.run("tokenize", "--file", missing.toString()).fails(1, "no such file", "missing.jsonl");
  }

  @Test
  void aFileThatIsNotText() throws Exception {
    Path binary = Files.write(temp.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe, 1});
    Cli.run("tokenize", "--file", binary.toString()).fails(1, "not UTF-8");
  }

  @Test
  void debug_addsTheStackTrace() {
    Cli run = Cli.run("tasks", "--task", "nope", "--debug");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("\tat org.unmask");
  }

  @Test
  void help_namesEveryDecodingOption() {
    Cli help = Cli.run("trace", "--help").ok();
    assertThat(help.out())
        .contains(
            "--gen-length", "--block-length", "--steps", "--algorithm", "--threshold", "--factor")
        .contains("--temperature", "--seed", "--cache", "--eps", "--requests", "--json");
  }

  @Test
  void version() {
    assertThat(Cli.run("--version").ok().out()).startsWith("unmask ").contains("Java 25");
  }
}
