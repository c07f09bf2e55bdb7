package org.unmask.bench.jmh;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * Runs the benchmarks and prints, for each, the least, median and largest of its forks' medians,
 * and the median's share of the machine's limits, if {@link LimitsBench} was in the same run. Takes
 * JMH's own options.
 */
public final class KernelBenchmarks {

  private KernelBenchmarks() {}

  /** Runs JMH with its options, such as a pattern, {@code -f 1} or {@code -p threads=2}. */
  public static void main(String[] args) throws Exception {
    CommandLineOptions options = new CommandLineOptions(args);
    if (options.shouldList() || options.shouldListWithParams() || options.shouldHelp()) {
      org.openjdk.jmh.Main.main(args);
      return;
    }
    Collection<RunResult> results = new Runner(options).run();
    print(results, System.out);
    printSteps(results, System.out);
  }

  /** Prints the first steps of {@link FirstStepsBench} beside warm ones. */
  private static void printSteps(Collection<RunResult> results, PrintStream out) {
    for (RunResult result : results) {
      if (result.getParams().getMode() != Mode.SingleShotTime) {
        continue;
      }
      out.printf(Locale.ROOT, "%n%s: ms, least / median / largest of the forks%n", name(result));
      List<double[]> forks = new ArrayList<>();
      List<Double> loads = new ArrayList<>();
      for (BenchmarkResult fork : result.getBenchmarkResults()) {
        forks.add(
            fork.getIterationResults().stream()
                .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                .toArray());
        fork.getIterationResults().stream()
            .limit(1)
            .map(IterationResult::getSecondaryResults)
            .filter(secondary -> secondary.containsKey("loadMillis"))
            .forEach(secondary -> loads.add(score(secondary.get("loadMillis"))));
      }
      line(out, "load", loads.stream().mapToDouble(Double::doubleValue), "");
      for (int step : new int[] {0, 1, 2, 4, 9, 19}) {
        double[] share =
            forks.stream().mapToDouble(fork -> warm(fork) / fork[step]).sorted().toArray();
        line(
            out,
            "step " + (step + 1),
            forks.stream().mapToDouble(fork -> fork[step]),
            String.format(
                Locale.ROOT,
                "   %3.0f / %.0f / %.0f %% of warm speed",
                100 * share[0],
                100 * median(share),
                100 * share[share.length - 1]));
      }
      line(out, "warm", forks.stream().mapToDouble(KernelBenchmarks::warm), "");
    }
  }

  /** The median of the last third. */
  private static double warm(double[] steps) {
    double[] last = Arrays.copyOfRange(steps, steps.length * 2 / 3, steps.length);
    Arrays.sort(last);
    return median(last);
  }

  private static void line(PrintStream out, String name, DoubleStream values, String more) {
    double[] sorted = values.sorted().toArray();
    if (sorted.length > 0) {
      out.printf(
          Locale.ROOT,
          "  %-8s %8.1f %8.1f %8.1f%s%n",
          name,
          sorted[0],
          median(sorted),
          sorted[sorted.length - 1],
          more);
    }
  }

  static void print(Collection<RunResult> results, PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%n%-58s %8s %8s %8s %-8s%n",
        "forks' medians",
        "least",
        "median",
        "largest",
        "");
    for (String counter : List.of("gflop", "gigabytes")) {
      TreeMap<String, double[]> rows = new TreeMap<>();
      for (RunResult result : results) {
        double[] forks = forks(result, counter);
        if (forks.length > 0 && forks[forks.length - 1] > 0) {
          rows.put(name(result), forks);
        }
      }
      double limit =
          rows.entrySet().stream()
              .filter(row -> row.getKey().startsWith("LimitsBench"))
              .mapToDouble(row -> row.getValue()[row.getValue().length - 1])
              .max()
              .orElse(0);
      rows.forEach(
          (name, forks) -> {
            double median = median(forks);
            String share =
                limit == 0
                    ? ""
                    : String.format(
                        Locale.ROOT,
                        "%3.0f %% of %s",
                        100 * median / limit,
                        counter.equals("gflop") ? "FMA peak" : "memory's reading rate");
            out.printf(
                Locale.ROOT,
                "%-58s %8.1f %8.1f %8.1f %-8s %s%n",
                name,
                forks[0],
                median,
                forks[forks.length - 1],
                counter.equals("gflop") ? "GFLOP/s" : "GB/s",
                share);
          });
    }
  }

  /** Returns the median over iterations of each fork, ascending. */
  private static double[] forks(RunResult result, String counter) {
    List<Double> forks = new ArrayList<>();
    for (BenchmarkResult fork : result.getBenchmarkResults()) {
      double[] iterations =
          fork.getIterationResults().stream()
              .map(IterationResult::getSecondaryResults)
              .filter(results -> results.containsKey(counter))
              .mapToDouble(results -> score(results.get(counter)))
              .sorted()
              .toArray();
      if (iterations.length > 0) {
        forks.add(median(iterations));
      }
    }
    return forks.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }

  private static double score(Result<?> result) {
    return result.getScore();
  }

  private static double median(double[] sorted) {
    return sorted[sorted.length / 2];
  }

  private static String name(RunResult result) {
    String full = result.getParams().getBenchmark();
    StringBuilder name =
        new StringBuilder(full.substring(full.lastIndexOf('.', full.lastIndexOf('.') - 1) + 1));
    for (String key : result.getParams().getParamsKeys()) {
      name.append(' ').append(key).append('=').append(result.getParams().getParam(key));
    }
    return name.toString();
  }
}
