package org.unmask.bench.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where a command writes, and what it may assume of the other side.
 *
 * @param out results; UTF-8 whatever the locale
 * @param err progress, notes and errors
 * @param outIsTerminal whether a person watches {@code out}, so that it may be redrawn
 * @param errIsTerminal whether a person watches {@code err}, so that progress bars make sense
 * @param colour whether escape codes for colour are welcome on {@code out}
 * @param environment variables of the process
 * @param home the folder Unmask was checked out to: shipped models and runs lie in it
 */
record Terminal(
    PrintWriter out,
    PrintWriter err,
    boolean outIsTerminal,
    boolean errIsTerminal,
    boolean colour,
    Map<String, String> environment,
    Path home) {

  /** Returns the terminal of this process, as the launcher describes it. */
  static Terminal ofProcess(Map<String, String> environment) {
    boolean outIsTerminal = Boolean.getBoolean("unmask.terminal.out");
    String noColour = environment.getOrDefault("NO_COLOR", "");
    return new Terminal(
        writer(FileDescriptor.out),
        writer(FileDescriptor.err),
        outIsTerminal,
        Boolean.getBoolean("unmask.terminal.err"),
        outIsTerminal && noColour.isEmpty(),
        environment,
        Path.of(System.getProperty("unmask.home", "")).toAbsolutePath());
  }

  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(
        new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), true);
  }

  /** Writes one line of progress or explanation to {@code err}. */
  void note(String line) {
    err.println("unmask: " + line);
    err.flush();
  }
}
