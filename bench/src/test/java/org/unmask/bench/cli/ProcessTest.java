package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own can show: signals, encodings, exit codes. */
class ProcessTest {

  @TempDir Path temp;

  private ProcessBuilder unmask(String... args) {
    return Launch.unmask(temp, args);
  }

  private int run(String... args) throws Exception {
    Process process = unmask(args).start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private String err() throws IOException {
    return Files.readAllLines(temp.resolve("err"), StandardCharsets.UTF_8).stream()
        .filter(line -> !line.startsWith("WARNING: Using incubator modules"))
        .collect(Collectors.joining("\n"));
  }

  private String[] bench() {
    return new String[] {
      "bench",
      "--tasks=waiting_line/copy",
      "--samples=6",
      "--algorithm=llada-low-confidence",
      "--tokens-per-step=4,8",
      "--batch=2",
      "--runs-dir=" + temp,
      "--name=run"
    };
  }

  private void waitForRows(Process process, int rows) throws Exception {
    Path samples = temp.resolve("run/samples.jsonl");
    while (process.isAlive()
        && (!Files.exists(samples) || Files.readString(samples).lines().count() < rows)) {
      Thread.sleep(20);
    }
    assertThat(process.isAlive()).as(err()).isTrue();
  }

  @Test
  void exitCodes_andOutputInUtf8() throws Exception {
    assertThat(run("tokenize", "--ids", "65,2037")).isZero();
    assertThat(Files.readString(temp.resolve("out"))).endsWith("<|mdm_mask|>\n");
    assertThat(run("trace")).isEqualTo(2);
    assertThat(err()).isEqualTo("unmask trace: no prompt; give its token ids with --ids");
    assertThat(run("tokenize", "--file", temp.resolve("none").toString())).isEqualTo(1);
  }

  @Test
  void ctrlC_keepsWhatIsThere_thenKill_thenGoesOnToTheSameSummary() throws Exception {
    Process interrupted = unmask(bench()).start();
    waitForRows(interrupted, 1);
    signal(interrupted, "INT");
    assertThat(interrupted.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(interrupted.exitValue()).isEqualTo(130);
    assertThat(err()).contains("stopped; ").contains(" of 12 samples are kept");
    long rows = Files.lines(temp.resolve("run/samples.jsonl")).count();
    assertThat(rows).isBetween(1L, 11L);

    Process killed = unmask(bench()).start();
    waitForRows(killed, (int) rows + 1);
    killed.destroyForcibly().waitFor();

    assertThat(run(bench())).isZero();
    String resumed = Files.readString(temp.resolve("run/summary.json"));
    Cli.run(
            "bench",
            "--tasks=waiting_line/copy",
            "--samples=6",
            "--algorithm=llada-low-confidence",
            "--tokens-per-step=4,8",
            "--runs-dir=" + temp,
            "--name=whole")
        .ok();
    assertThat(resumed).isEqualTo(Files.readString(temp.resolve("whole/summary.json")));
  }

  private static void signal(Process process, String name) throws Exception {
    assertThat(
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor())
        .isZero();
  }
}
