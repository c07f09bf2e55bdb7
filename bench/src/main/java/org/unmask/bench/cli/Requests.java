package org.unmask.bench.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Reads {@code --requests} files: JSON Lines, each an object whose keys are long option names.
 *
 * <p>A line is turned into the command line it stands for and parsed by the very options of the
 * verb, after the options given on the real command line, which thereby become its defaults. Keys
 * may be written with hyphens or underscores. All lines are checked before any is run.
 */
final class Requests {

  private Requests() {}

  /**
   * Returns what a verb has to do: the request of the command line, or those of a file.
   *
   * @param command the verb as parsed from the real command line
   * @param file the requests, or null
   * @param own the request of the command line
   * @param fresh makes an object with the options that a request may set
   * @param check refuses a request that makes no sense
   */
  static <T> List<T> of(
      CommandSpec command, @Nullable Path file, T own, Supplier<T> fresh, Consumer<T> check)
      throws IOException {
    List<T> all = new ArrayList<>();
    if (file == null) {
      check.accept(own);
      all.add(own);
    } else {
      read(command, file, fresh, check.andThen(all::add));
    }
    return all;
  }

  /**
   * Reads every request of a file.
   *
   * @param command the verb as parsed from the real command line
   * @param file the requests; blank lines are skipped
   * @param fresh makes an object with the options that a request may set
   * @param check receives each filled object in order; what it throws is put down to the line
   * @throws ParameterException if a line is not a request, naming the line
   */
  static <T> void read(CommandSpec command, Path file, Supplier<T> fresh, Consumer<T> check)
      throws IOException {
    int requests = 0;
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      int number = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        if (line.isBlank()) {
          continue;
        }
        T request = fresh.get();
        try {
          parse(command, line, request);
          check.accept(request);
        } catch (ParameterException | JacksonException | IllegalArgumentException e) {
          throw new ParameterException(
              command.commandLine(), file + " line " + number + ": " + Errors.line(e));
        }
        requests++;
      }
    } catch (CharacterCodingException e) {
      throw new IOException(file + " is not UTF-8 text", e);
    }
    if (requests == 0) {
      throw new ParameterException(command.commandLine(), file + " holds no request");
    }
  }

  private static void parse(CommandSpec command, String line, Object request) {
    CommandLine options = new CommandLine(request).setOverwrittenOptionsAllowed(true);
    List<String> args = new ArrayList<>();
    for (OptionSpec given : command.commandLine().getParseResult().matchedOptions()) {
      if (options.getCommandSpec().findOption(given.longestName()) != null) {
        for (String value : given.originalStringValues()) {
          args.add(given.longestName() + "=" + value);
        }
      }
    }
    JsonNode object = Json.MAPPER.readTree(line);
    if (!object.isObject()) {
      throw new IllegalArgumentException("a request is a JSON object, this is " + line.strip());
    }
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      String name = "--" + entry.getKey().replace('_', '-');
      if (options.getCommandSpec().findOption(name) == null) {
        throw new IllegalArgumentException(
            "unknown key '"
                + entry.getKey()
                + "'; "
                + command.qualifiedName()
                + " --help has them");
      }
      if (!entry.getValue().isNull()) {
        args.add(name + "=" + text(entry.getKey(), entry.getValue()));
      }
    }
    options.parseArgs(args.toArray(String[]::new));
  }

  private static String text(String key, JsonNode value) {
    if (value.isValueNode()) {
      return value.asString();
    }
    if (!value.isArray()) {
      throw new IllegalArgumentException("'" + key + "' cannot be an object");
    }
    if (value.isEmpty()) {
      throw new IllegalArgumentException("'" + key + "' is an empty list");
    }
    StringJoiner list = new StringJoiner(",");
    for (JsonNode item : value) {
      if (!item.isValueNode()) {
        throw new IllegalArgumentException("'" + key + "' must be a flat list");
      }
      list.add(item.asString());
    }
    return list.toString();
  }
}
