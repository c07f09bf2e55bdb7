package org.unmask.bench.cli;

import picocli.CommandLine;

/** Entry point of the {@code unmask} command. */
public final class Main {

  private Main() {}

  /**
   * Runs one command and ends the process: 0 done, 1 failure, 2 usage, 130 interrupted.
   *
   * @param args verb and options
   */
  public static void main(String[] args) {
    Terminal terminal = Terminal.ofProcess(System.getenv());
    Interrupt interrupt = new Interrupt();
    Thread hook = interrupt.hook(Thread.currentThread());
    Runtime.getRuntime().addShutdownHook(hook);
    int code = commandLine(terminal, interrupt).execute(args);
    terminal.out().flush();
    terminal.err().flush();
    if (interrupt.requested()) {
      return; // the JVM is going down already, with the signal's code
    }
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // the signal came this instant
    }
    System.exit(code);
  }

  /**
   * Assembles the command line.
   *
   * @param terminal where commands write
   * @param interrupt tells commands to stop early
   */
  static CommandLine commandLine(Terminal terminal, Interrupt interrupt) {
    CommandLine line = new CommandLine(new UnmaskCommand(terminal, interrupt));
    line.setOut(terminal.out());
    line.setErr(terminal.err());
    line.setColorScheme(
        CommandLine.Help.defaultColorScheme(
            terminal.colour() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler((e, _) -> report(terminal, interrupt, e.getCommandLine(), e));
    line.setExecutionExceptionHandler((e, command, _) -> report(terminal, interrupt, command, e));
    return line;
  }

  private static int report(
      Terminal terminal, Interrupt interrupt, CommandLine command, Throwable e) {
    if (interrupt.requested() || terminal.out().checkError()) {
      return CommandLine.ExitCode.SOFTWARE; // stopped by the user, or our reader has gone
    }
    terminal.err().println(command.getCommandSpec().qualifiedName() + ": " + Errors.line(e));
    if (command.getCommand() instanceof Verb verb && verb.debug) {
      e.printStackTrace(terminal.err());
    }
    terminal.err().flush();
    return Errors.exitCode(e);
  }
}
