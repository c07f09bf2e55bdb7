package org.unmask.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmask.bench.kernels.KernelTable;
import org.unmask.bench.kernels.ProfileTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code unmask bench kernels}: how near to the machine's limits the kernels run. */
@Command(
    name = "kernels",
    description = {
      "Time the kernels on this machine against its own limits.",
      "",
      "Each fork is a JVM of its own that first measures the machine's fused multiply-add rate and"
          + " its rate of reading memory in Java, then every kernel; shares are of the limits of the"
          + " same fork. A machine with other work to do gives low figures: look at the maximum."
    })
final class KernelsCommand extends Verb {

  @Option(
      names = "--forks",
      paramLabel = "N",
      defaultValue = "5",
      order = 1,
      description = "JVMs to start, one after the other.")
  int forks = 5;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      order = 2,
      description = "Threads.")
  int threads = 1;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "0.5",
      order = 3,
      description = "Time per kernel and fork, once it is compiled.")
  double seconds = 0.5;

  @Option(
      names = "--profile",
      order = 4,
      description =
          "Instead, tell where the time of whole steps goes, in one JVM: the share of each part in"
              + " the time of all threads, and how near to the limit its products run.")
  boolean profile;

  @Option(names = "--in-this-jvm", hidden = true)
  boolean inThisJvm;

  @Override
  void run() throws IOException {
    if (forks < 1 || threads < 1 || !(seconds > 0)) {
      throw usage("--forks and --threads must be at least 1, --seconds above 0");
    }
    Path model = ModelFlags.folder(KernelTable.MODEL, terminal());
    if (profile) {
      new ProfileTable(threads, seconds, model).measure(this::printPart);
      return;
    }
    if (inThisJvm) {
      KernelTable table = new KernelTable(threads, seconds, model);
      table.measure(row -> terminal().out().println(row));
      return;
    }
    Map<String, List<JsonNode>> rows = new LinkedHashMap<>();
    for (int fork = 1; fork <= forks; fork++) {
      terminal().note("fork " + fork + " of " + forks);
      for (String line : KernelTable.fork(threads, seconds)) {
        JsonNode row = JsonMapper.shared().readTree(line);
        rows.computeIfAbsent(row.path("name").asString(), name -> new ArrayList<>()).add(row);
      }
    }
    print(rows);
  }

  private void printPart(ObjectNode row) {
    if (json) {
      terminal().out().println(row.put("threads", threads));
      return;
    }
    String part = row.path("part").asString();
    double share = 100 * row.path("share").asDouble();
    if (part.equals("qkv")) { // the first
      terminal().out().println(row.path("step").asString());
    }
    terminal()
        .out()
        .println(
            part.equals("fast")
                ? String.format(
                    Locale.ROOT, "  %.0f %% of the time at 60 %% of the limit or more%n", share)
                : row.path("rate").asDouble() == 0
                    ? String.format(Locale.ROOT, "  %-10s %5.1f %%", part, share)
                    : String.format(
                        Locale.ROOT,
                        "  %-10s %5.1f %% %8.1f GFLOP/s %4.0f %% of the limit",
                        part,
                        share,
                        row.path("rate").asDouble(),
                        100 * row.path("of_limit").asDouble()));
    terminal().out().flush();
  }

  private void print(Map<String, List<JsonNode>> rows) {
    if (!json) {
      terminal()
          .out()
          .printf(
              "%s, %s, %d thread(s), %d fork(s); minimum / median / maximum%n",
              Machine.cpu(), Machine.java(), threads, forks);
    }
    for (Map.Entry<String, List<JsonNode>> entry : rows.entrySet()) {
      List<Double> rates = sorted(entry.getValue(), "rate");
      List<Double> shares = sorted(entry.getValue(), "share");
      String unit = entry.getValue().getFirst().path("unit").asString();
      if (json) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("name", entry.getKey()).put("unit", unit).put("threads", threads);
        node.set("rates", JsonMapper.shared().valueToTree(rates));
        node.set("shares", JsonMapper.shared().valueToTree(shares));
        terminal().out().println(node);
      } else {
        terminal()
            .out()
            .println(
                String.format(
                        Locale.ROOT,
                        "%-52s %s %-8s",
                        entry.getKey(),
                        three(rates, 1, "%7.1f"),
                        unit)
                    + (shares.getFirst() > 0
                        ? three(shares, 100, "%4.0f") + " % of the limit"
                        : ""));
      }
    }
  }

  private static List<Double> sorted(List<JsonNode> rows, String key) {
    List<Double> values = new ArrayList<>(rows.stream().map(r -> r.path(key).asDouble()).toList());
    Collections.sort(values);
    return values;
  }

  private static String three(List<Double> sorted, double factor, String format) {
    return String.format(
        Locale.ROOT,
        format + " /" + format + " /" + format,
        factor * sorted.getFirst(),
        factor * sorted.get(sorted.size() / 2),
        factor * sorted.getLast());
  }
}
