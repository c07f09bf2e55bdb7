package org.unmask.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark runs, once and on small operands. */
class JmhSmokeTest {

  @Test
  void everyBenchmark_runs() throws Exception {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include("org.unmask.bench.jmh")
                    .exclude("LimitsBench.read|FirstStepsBench")
                    .forks(0)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .measurementTime(TimeValue.milliseconds(1))
                    .param("format", "F32", "INT8")
                    .param("shape", "13x64x70")
                    .param("headDim", "32")
                    .param("keys", "64")
                    .param("rows", "3")
                    .param("vocabulary", "1500")
                    .shouldFailOnError(true)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();
    assertThat(results).hasSizeGreaterThan(10);
    ByteArrayOutputStream table = new ByteArrayOutputStream();
    KernelBenchmarks.print(results, new PrintStream(table, true, StandardCharsets.UTF_8));
    assertThat(table.toString(StandardCharsets.UTF_8))
        .contains("ProductBench.product format=INT8 shape=13x64x70", "GFLOP/s", "% of FMA peak")
        .contains("RowBench.rmsNorm n=1024", "GB/s");
  }
}
