package org.unmask.bench.kernels;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.kernel.vector.MachineLimits;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Measures every kernel once, in this JVM or in a fork of it. */
public final class KernelTable {

  /** The shipped model whose steps are timed. */
  public static final String MODEL = "unmask-llada-6m";

  private static final int ROUNDS = 20;

  private final int threads;
  private final double seconds;
  private final Path model;

  /**
   * Makes a table.
   *
   * @param threads threads to use, at least 1
   * @param seconds time per kernel
   * @param model folder of the shipped model
   */
  public KernelTable(int threads, double seconds, Path model) {
    this.threads = threads;
    this.seconds = seconds;
    this.model = model;
  }

  /**
   * Measures the limits and all kernels in this JVM.
   *
   * @param rows receives one JSON object per row: name, rate, unit, share of the limit (0 for the
   *     limits themselves)
   */
  public void measure(Consumer<String> rows) {
    Kernels kernels = Kernels.fastest();
    MachineLimits.fmaGflops(threads, ROUNDS); // warm-up
    double fma = MachineLimits.fmaGflops(threads, ROUNDS);
    double read = MachineLimits.readGigabytesPerSecond(threads, ROUNDS);
    rows.accept(row("limit: fused multiply-add", fma, KernelCase.Limit.FMA, 0));
    rows.accept(row("limit: memory read", read, KernelCase.Limit.READ, 0));
    try (WorkerPool pool = new WorkerPool(threads)) {
      for (Supplier<KernelCase> make : new KernelCases(kernels, pool).all(model)) {
        KernelCase kernel = make.get();
        double rate = kernel.best(seconds);
        double limit = kernel.limit() == KernelCase.Limit.FMA ? fma : read;
        rows.accept(row(kernel.name(), rate, kernel.limit(), rate / limit));
      }
    }
  }

  private static String row(String name, double rate, KernelCase.Limit limit, double share) {
    ObjectNode node = JsonMapper.shared().createObjectNode();
    return node.put("name", name)
        .put("rate", rate)
        .put("unit", limit.unit())
        .put("share", share)
        .toString();
  }

  /**
   * Starts this program again in a JVM of its own and returns the rows it measured.
   *
   * @throws IOException if it cannot be started or fails
   */
  public static List<String> fork(int threads, double seconds) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(
        List.of(
            "-p",
            System.getProperty("jdk.module.path"),
            "-m",
            "org.unmask.bench/org.unmask.bench.cli.Main",
            "bench",
            "kernels",
            "--in-this-jvm",
            "--threads",
            Integer.toString(threads),
            "--seconds",
            Double.toString(seconds)));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(
            "a fork of the kernel benchmark failed with exit code " + process.exitValue());
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a fork of the kernel benchmark ran", e);
    }
    return out.lines().filter(line -> line.startsWith("{")).toList();
  }
}
