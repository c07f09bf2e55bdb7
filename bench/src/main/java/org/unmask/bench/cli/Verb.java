package org.unmask.bench.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** What all verbs share: {@code --json}, {@code --debug}, {@code --help}, and where to write. */
@Command(
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    abbreviateSynopsis = true,
    showDefaultValues = true,
    synopsisHeading = "%nUsage: ",
    descriptionHeading = "%n",
    parameterListHeading = "%n",
    optionListHeading = "%nOptions:%n")
abstract class Verb implements Callable<Integer> {

  @Spec CommandSpec spec;

  @Option(
      names = "--json",
      description = "Write results as JSON, one object a line.",
      order = 1000,
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
  boolean json;

  @Option(
      names = "--debug",
      description = "Print the stack trace of an error.",
      order = 1001,
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
  boolean debug;

  /** Does the verb's work. */
  abstract void run() throws IOException;

  @Override
  public final Integer call() throws IOException {
    try {
      run();
    } catch (OutOfMemoryError e) { // picocli handles exceptions only
      throw new IOException(Errors.line(e), e);
    }
    terminal().out().flush();
    return 0;
  }

  private UnmaskCommand root() {
    return (UnmaskCommand) spec.root().userObject();
  }

  final Terminal terminal() {
    return root().terminal();
  }

  final Interrupt interrupt() {
    return root().interrupt();
  }

  /** Writes one line of results. */
  final void print(String line) {
    terminal().out().println(line);
  }

  /** Writes one JSON line of results. */
  final void print(JsonNode line) {
    terminal().out().println(Json.line(line));
  }

  /** Returns an error about the user's options, for the caller to throw. */
  final ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
