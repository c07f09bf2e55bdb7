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
    if (!interrupt.requested()) { // else the JVM is going down already, with the signal's code
      Runtime.getRuntime().removeShutdownHook(hook);
      System.exit(code);
    }
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
    line.setParameterExceptionHandler(
        (e, _) -> report(terminal, e.getCommandLine(), e, Errors.line(e)));
    line.setExecutionExceptionHandler(
        (e, command, _) -> report(terminal, command, e, Errors.line(e)));
    return line;
  }

  private static int report(Terminal terminal, CommandLine command, Throwable e, String message) {
    if (terminal.out().checkError()) {
      return CommandLine.ExitCode.SOFTWARE; // the reader of our pipe has gone
    }
    terminal.err().println(command.getCommandSpec().qualifiedName() + ": " + message);
    if (command.getCommand() instanceof Verb verb && verb.debug) {
      e.printStackTrace(terminal.err());
    }
    terminal.err().flush();
    return Errors.exitCode(e);
  }
}
