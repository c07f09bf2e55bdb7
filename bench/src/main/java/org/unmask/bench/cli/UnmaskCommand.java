package org.unmask.bench.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command without a verb: shows help. Holds what the verbs share. */
@Command(
    name = "unmask",
    versionProvider = Version.class,
    description = "Parallel decoding of diffusion language models: run it, trace it, measure it.",
    synopsisSubcommandLabel = "VERB",
    commandListHeading = "%nVerbs:%n",
    footer = {"", "unmask VERB --help shows the options of a verb."},
    subcommands = {
      GenerateCommand.class,
      BenchCommand.class,
      CompareCommand.class,
      TraceCommand.class,
      CertifyCommand.class,
      ScoreCommand.class,
      TasksCommand.class,
      AlgorithmsCommand.class,
      TokenizeCommand.class,
      LogitsCommand.class,
      InspectCommand.class,
      DigestCommand.class,
      DevicesCommand.class,
      PullCommand.class,
      Learn2pdCommand.class,
      OracleCommand.class
    })
final class UnmaskCommand implements Runnable {

  @Spec CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version of Unmask and of the JVM.")
  boolean version;

  private final Terminal terminal;
  private final Interrupt interrupt;

  UnmaskCommand(Terminal terminal, Interrupt interrupt) {
    this.terminal = terminal;
    this.interrupt = interrupt;
  }

  Terminal terminal() {
    return terminal;
  }

  Interrupt interrupt() {
    return interrupt;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say what to do, for example: unmask bench; --help lists the verbs");
  }
}
