package org.unmask.runtime.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;

/** One digest for scalar loops, every vector width, number of threads and state of compilation. */
class DeterminismTest {

  private static final long COMPILED_AFTER_MS = 400;

  private final String expected = digest("scalar", 1);

  @ParameterizedTest
  @ValueSource(strings = {"64", "128", "256", "512"})
  void digest_everyWidthAndThreadCount_isThatOfTheScalarLoops(String width) {
    for (int threads = 1; threads <= 3; threads++) {
      assertThat(digest(width, threads))
          .as("%s bits, %d threads", width, threads)
          .isEqualTo(expected);
    }
  }

  @Test
  void digest_whileBeingCompiled_staysTheSame() {
    try (WorkerPool pool = new WorkerPool(2)) {
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(COMPILED_AFTER_MS);
      for (int call = 0; call < 50 || System.nanoTime() < end; call++) {
        assertThat(KernelDigest.of(Kernels.fastest(), pool))
            .as("call %d", call)
            .isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-XX:-UseSuperWord"})
  @Timeout(60)
  void digest_interpreterAndC1_isThatOfC2(String flag) throws Exception {
    assertThat(forked(flag)).isEqualTo(expected);
  }

  private static String digest(String width, int threads) {
    try (WorkerPool pool = new WorkerPool(threads)) {
      return KernelDigest.of(Kernels.named(width), pool);
    }
  }

  private static String forked(String flag) throws IOException, InterruptedException {
    Path target = Path.of(System.getProperty("basedir", "")).resolve("target");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                flag,
                "--add-modules=jdk.incubator.vector",
                "-cp",
                target.resolve("classes")
                    + System.getProperty("path.separator")
                    + target.resolve("test-classes"),
                KernelDigest.class.getName(),
                "auto",
                "1")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String out = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as("exit code with %s", flag).isZero();
    return out.strip();
  }
}
