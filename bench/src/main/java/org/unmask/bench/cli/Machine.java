package org.unmask.bench.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.unmask.bench.sweep.EnergyMeter;
import tools.jackson.databind.node.ObjectNode;

/** Facts about where a run takes place, for its manifest. */
final class Machine {

  private Machine() {}

  /**
   * Returns what a manifest says of one session, but for the options of its command.
   *
   * @param home folder of Unmask
   * @param command how the session was started
   */
  static ObjectNode session(Path home, String command) {
    ObjectNode session = Json.object();
    session
        .put("started", Instant.now().toString())
        .put("command", command)
        .put("unmask", Version.unmask())
        .put("commit", commit(home))
        .put("java", java());
    jvmFlags().forEach(session.putArray("jvm_flags")::add);
    return session
        .put("system", system())
        .put("cpu", cpu())
        .put("cores", Runtime.getRuntime().availableProcessors())
        .put(
            "energy",
            EnergyMeter.open(EnergyMeter.POWERCAP).measures()
                ? "RAPL, processor packages of the whole machine"
                : "not measured: this machine shows no RAPL counters");
  }

  /** Returns the processor's name, as far as the system tells. */
  static String cpu() {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .orElseGet(() -> System.getProperty("os.arch"));
    } catch (IOException | RuntimeException e) {
      return System.getProperty("os.arch"); // not Linux
    }
  }

  /** Returns the JVM's name and version. */
  static String java() {
    return System.getProperty("java.vm.name")
        + " "
        + Runtime.version()
        + " ("
        + System.getProperty("java.vendor")
        + ")";
  }

  /** Returns the JVM options in force, without those that name folders. */
  static List<String> jvmFlags() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("-X") || flag.startsWith("--"))
        .filter(flag -> !flag.contains("/"))
        .toList();
  }

  /** Returns the system's name and version. */
  static String system() {
    return System.getProperty("os.name")
        + " "
        + System.getProperty("os.version")
        + " "
        + System.getProperty("os.arch");
  }

  /** Returns the commit of the sources, with a plus if they were changed since; or unknown. */
  static String commit(Path home) {
    String commit = git(home, "rev-parse", "HEAD");
    if (commit.isEmpty()) {
      return "unknown";
    }
    return commit
        + (git(home, "status", "--porcelain", "--untracked-files=no").isEmpty() ? "" : "+");
  }

  private static String git(Path home, String... args) {
    var command = new java.util.ArrayList<>(List.of("git", "-C", home.toString()));
    command.addAll(List.of(args));
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0 ? out.strip() : "";
    } catch (IOException e) {
      return ""; // no git here
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
