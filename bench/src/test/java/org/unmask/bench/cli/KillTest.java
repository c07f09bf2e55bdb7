package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run killed with SIGKILL at random moments and resumed gives the bytes of a whole run. */
class KillTest {

  private static final String[] SWEEP = {
    "bench",
    "--tasks=waiting_line/copy",
    "--samples=3",
    "--algorithm=llada-low-confidence,threshold",
    "--tokens-per-step=8,16",
    "--threshold=0.9",
    "--batch=2"
  };

  @TempDir Path temp;

  private String[] sweep(String name) {
    String[] args = java.util.Arrays.copyOf(SWEEP, SWEEP.length + 2);
    args[SWEEP.length] = "--runs-dir=" + temp;
    args[SWEEP.length + 1] = "--name=" + name;
    return args;
  }

  @Test
  void killedTwice_givesTheSameSummary() throws Exception {
    killAndResume(2, 1);
  }

  @Test
  @Tag("slow")
  void killedTwentyTimes_givesTheSameSummary() throws Exception {
    killAndResume(20, 2);
  }

  private void killAndResume(int kills, long seed) throws Exception {
    Random random = new Random(seed);
    long start = System.nanoTime();
    assertThat(Launch.unmask(temp, sweep("whole")).start().waitFor()).isZero();
    long wholeMs = (System.nanoTime() - start) / 1_000_000;
    int inTheMiddle = 0;
    for (int i = 0; i < kills; i++) {
      Process process = Launch.unmask(temp, sweep("cut")).start();
      process.waitFor((long) (random.nextDouble() * wholeMs), TimeUnit.MILLISECONDS);
      inTheMiddle += process.isAlive() ? 1 : 0;
      process.destroyForcibly().waitFor();
    }
    assertThat(inTheMiddle).as("kills that met a running process, seed %d", seed).isPositive();
    assertThat(Launch.unmask(temp, sweep("cut")).start().waitFor()).isZero();
    assertThat(Files.readString(temp.resolve("cut/summary.json")))
        .as("seed %d", seed)
        .isEqualTo(Files.readString(temp.resolve("whole/summary.json")));
    Cli.run("bench", "verify", temp.resolve("cut").toString()).ok();
  }
}
