package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.unmask.decode.Algorithms;
import org.unmask.weights.Checkpoint;
import picocli.CommandLine;

/** The README names nothing that is not there. */
class ReadmeTest {

  private static final String README = read("README.md");

  private static String read(String name) {
    try {
      return Files.readString(Cli.HOME.resolve(name));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static List<String> all(String pattern) {
    return Pattern.compile(pattern, Pattern.MULTILINE)
        .matcher(README)
        .results()
        .map((MatchResult match) -> match.group(1))
        .toList();
  }

  private static CommandLine commandLine() {
    return Main.commandLine(Terminal.ofProcess(java.util.Map.of()), new Interrupt());
  }

  @Test
  void everyVerbAndOptionExists() {
    CommandLine unmask = commandLine();
    List<String> commands = all("^\\./unmask ([^#\n]+)");
    assertThat(commands).hasSizeGreaterThan(8);
    for (String command : commands) {
      String[] words = command.strip().split("\\s+");
      CommandLine verb = unmask.getSubcommands().get(words[0]);
      assertThat(verb).as(command).isNotNull();
      for (String word : words) {
        if (word.startsWith("--")) {
          assertThat(verb.getCommandSpec().optionsMap()).as(command).containsKey(word);
        }
      }
    }
    Set<String> options =
        unmask.getSubcommands().values().stream()
            .flatMap(verb -> verb.getCommandSpec().optionsMap().keySet().stream())
            .collect(Collectors.toSet());
    assertThat(options).containsAll(all("`(--[a-z-]+)"));
  }

  @Test
  void everyAlgorithmExists() {
    List<String> rows = all("^\\| (`[a-z].*?) \\| [^|]* \\| (?:\\[[^|]*|)\\|$");
    List<String> ids =
        rows.stream()
            .flatMap(row -> List.of(row.split(", ")).stream())
            .map(id -> id.replace("`", ""))
            .toList();
    assertThat(ids).hasSizeGreaterThan(10).allSatisfy(Algorithms::byId);
  }

  @Test
  void everyShippedModelExists() {
    assertThat(Checkpoint.shipped(Cli.HOME)).containsAll(all("`(unmask-[a-z0-9-]+)`"));
  }

  @Test
  void everyLinkedFileExists() {
    for (String link : all("\\]\\(((?!http)[^)]+)\\)")) {
      assertThat(Cli.HOME.resolve(Path.of(link))).exists();
    }
  }
}
