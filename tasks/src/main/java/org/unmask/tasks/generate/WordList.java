package org.unmask.tasks.generate;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads the word lists that come with this module. */
final class WordList {

  private WordList() {}

  /** Returns a list of themes: the words of each line. */
  static List<List<String>> themes(String name) {
    return load(name).stream().map(line -> List.of(line.split(" "))).toList();
  }

  /** Returns blocks of lines that stand a blank line apart. */
  static List<List<String>> blocks(String name) {
    var blocks = new ArrayList<List<String>>();
    for (String block : String.join("\n", lines(name)).split("\n\n")) {
      blocks.add(block.lines().toList());
    }
    return List.copyOf(blocks);
  }

  /** Returns the lines of a list. */
  static List<String> load(String name) {
    return lines(name).stream().filter(line -> !line.isBlank()).toList();
  }

  private static List<String> lines(String name) {
    var stream = WordList.class.getResourceAsStream(name);
    if (stream == null) {
      throw new IllegalStateException("the word list " + name + " is missing from the build");
    }
    try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
