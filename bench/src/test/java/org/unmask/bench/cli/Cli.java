package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * One command run in this process.
 *
 * @param code exit code
 * @param out what it wrote to stdout
 * @param err what it wrote to stderr
 */
record Cli(int code, String out, String err) {

  /** The repository, where the shipped models lie. */
  static final Path HOME = Path.of("").toAbsolutePath().getParent();

  /** Token ids of a short prompt for the shipped models. */
  static final String IDS = "2032,2034,421,2035,319,346,344,373,2036,2034,779,422,2035,319";

  static Cli run(String... args) {
    return run(new Interrupt(), args);
  }

  static Cli run(Interrupt interrupt, String... args) {
    return run(interrupt, Map.of(), args);
  }

  static Cli run(Interrupt interrupt, Map<String, String> environment, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Terminal terminal =
        new Terminal(
            new PrintWriter(out), new PrintWriter(err), false, false, false, environment, HOME);
    int code = Main.commandLine(terminal, interrupt).execute(args);
    terminal.out().flush();
    terminal.err().flush();
    return new Cli(code, out.toString(), err.toString());
  }

  /** Asserts success. */
  Cli ok() {
    assertThat(code).as("stderr: %s", err).isZero();
    return this;
  }

  /** Asserts a failure of one line that contains some words, and nothing on stdout. */
  Cli fails(int expected, String... words) {
    assertThat(err).contains(words);
    assertThat(err.strip().lines()).hasSize(1);
    assertThat(err).startsWith("unmask").doesNotContain("Exception");
    assertThat(code).isEqualTo(expected);
    assertThat(out).isEmpty();
    return this;
  }

  List<String> lines() {
    return out.lines().toList();
  }

  List<JsonNode> json() {
    return lines().stream().map(Json.MAPPER::readTree).toList();
  }
}
