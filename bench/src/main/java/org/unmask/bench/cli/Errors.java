package org.unmask.bench.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;
import tools.jackson.core.JacksonException;

/** Turns whatever went wrong into one line that says what to do next. */
final class Errors {

  private Errors() {}

  /** Returns the line for a mistake on the command line. */
  static String line(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched) {
      List<String> suggestions = suggestions(unmatched);
      String what =
          unmatched.isUnknownOption()
              ? "unknown option " + unmatched.getUnmatched().getFirst()
              : "unexpected argument '" + unmatched.getUnmatched().getFirst() + "'";
      return suggestions.isEmpty()
          ? what + "; --help lists what there is"
          : what + "; did you mean " + String.join(" or ", suggestions) + "?";
    }
    if (e instanceof MissingParameterException) {
      return oneLine(e.getMessage()) + "; see --help";
    }
    return oneLine(e.getMessage());
  }

  /** Returns the nearest option name, or picocli's suggestions where none is near. */
  private static List<String> suggestions(UnmatchedArgumentException e) {
    if (!e.isUnknownOption()) {
      return e.getSuggestions();
    }
    String given = e.getUnmatched().getFirst().replaceFirst("=.*", "");
    return e.getCommandLine().getCommandSpec().optionsMap().keySet().stream()
        .filter(name -> distance(name, given) <= 2)
        .min(Comparator.comparingInt(name -> distance(name, given)))
        .map(List::of)
        .orElse(e.getSuggestions());
  }

  /** Returns the Levenshtein distance of two words. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j - 1], row[j]));
      }
    }
    return row[b.length()];
  }

  /** Returns the line for anything a command threw. */
  static String line(Throwable e) {
    return switch (e) {
      case ParameterException parameter -> line(parameter);
      case NoSuchFileException missing -> "no such file or folder: " + missing.getFile();
      case AccessDeniedException denied -> "permission denied: " + denied.getFile();
      case NotDirectoryException file -> "not a folder: " + file.getFile();
      case FileAlreadyExistsException there -> "in the way: " + there.getFile();
      case FileSystemException fs -> oneLine(fs.getMessage());
      case JacksonException json -> "not valid JSON: " + oneLine(json.getOriginalMessage());
      case OutOfMemoryError _ ->
          "out of memory; give the JVM more with UNMASK_JAVA_OPTS=-Xmx8g, or use a smaller batch";
      default -> {
        String message = e.getMessage();
        yield message == null || message.isBlank() ? e.getClass().getName() : oneLine(message);
      }
    };
  }

  /** Returns the exit code: 2 if the user's values were wrong, 1 if something failed. */
  static int exitCode(Throwable e) {
    return e instanceof IllegalArgumentException || e instanceof ParameterException
        ? CommandLine.ExitCode.USAGE
        : CommandLine.ExitCode.SOFTWARE;
  }

  private static String oneLine(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
