package org.unmask.bench.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/** The command line as it was given, to be repeated. */
final class Words {

  private Words() {}

  /**
   * Returns the verb and its options, quoted for a shell.
   *
   * @param command the verb as parsed
   * @param without long names of options to leave out
   */
  static List<String> of(CommandSpec command, Set<String> without) {
    List<String> words = new ArrayList<>(List.of(command.qualifiedName().split(" ")));
    words.set(0, "./unmask");
    for (var option : command.commandLine().getParseResult().matchedOptions()) {
      if (!without.contains(option.longestName())) {
        words.add(option.longestName());
        if (!option.type().equals(boolean.class)) {
          words.add(quote(String.join(",", option.originalStringValues())));
        }
      }
    }
    return words;
  }

  private static String quote(String word) {
    return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
