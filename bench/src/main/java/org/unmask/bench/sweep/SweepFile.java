package org.unmask.bench.sweep;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.unmask.decode.Algorithms;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * A sweep as a YAML file. Every key may be left out; those of {@code strategies} are the decoding
 * options, each with a value or a list of them, as in {@link Grid}, and {@code models}, those of
 * the run that a strategy is measured with, if it is not all of them.
 *
 * <pre>
 * task-version: paper-2510
 * models: [unmask-llada-6m]
 * tasks: rules                  # ids, or all, rules or text
 * samples: 8
 * data-seed: 42
 * batch: 8
 * strategies:
 *   - algorithm: threshold
 *     threshold: [0.9, 0.7, 0.5]
 *     block-length: [8, 32]
 *   - algorithm: llada-random
 *     tokens-per-step: [1, 2, 4]
 *     seed: [1, 2, 3]
 * </pre>
 *
 * @param settings the values of all keys but the last, as text
 * @param strategies empty if the file names none
 * @param isCatalogue whether the strategies are those of {@link CataloguePreset}; the file then
 *     says {@code strategies: catalogue}
 */
public record SweepFile(
    Map<String, String> settings, List<Strategy> strategies, boolean isCatalogue) {

  /** A sweep that says nothing. */
  public static final SweepFile NONE = new SweepFile(Map.of(), List.of(), false);

  /** Names of the sweeps that come with Unmask. */
  public static final List<String> PRESETS =
      List.of(
          "smoke",
          "quick",
          "paper-llada",
          "paper-dream",
          CataloguePreset.NAME,
          "lengths",
          "autoregressive");

  private static final String MODELS = "models";

  private static final Set<String> KEYS =
      Set.of("task-version", MODELS, "tasks", "samples", "data-seed", "batch");

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException if it is no sweep
   */
  public static SweepFile read(Path file) throws IOException {
    try {
      return of(Files.readString(file), file.toString());
    } catch (CharacterCodingException e) {
      throw new IOException(file + " is not UTF-8 text", e);
    }
  }

  /**
   * Returns a sweep that comes with Unmask.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public static SweepFile preset(String name) throws IOException {
    if (!PRESETS.contains(name)) {
      throw new IllegalArgumentException(
          "unknown preset '" + name + "'; use " + String.join(", ", PRESETS));
    }
    try (InputStream in = SweepFile.class.getResourceAsStream(name + ".yaml")) {
      if (in == null) {
        throw new IllegalStateException("the build lacks the preset " + name);
      }
      return of(new String(in.readAllBytes(), StandardCharsets.UTF_8), "preset " + name);
    }
  }

  private static SweepFile of(String yaml, String name) {
    JsonNode root;
    try {
      root = new YAMLMapper().readTree(yaml);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          name + " is not YAML: " + e.getOriginalMessage().lines().findFirst().orElse(""), e);
    }
    if (!root.isObject()) {
      throw new IllegalArgumentException(name + " is no sweep; it needs keys such as tasks");
    }
    Map<String, String> settings = new LinkedHashMap<>();
    List<Strategy> strategies = new ArrayList<>();
    boolean isCatalogue = false;
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      String key = entry.getKey();
      if (key.equals("strategies") && entry.getValue().asString("").equals("catalogue")) {
        isCatalogue = true;
      } else if (key.equals("strategies")) {
        entry.getValue().forEach(node -> strategies.addAll(strategies(node, name)));
      } else if (KEYS.contains(key)) {
        settings.put(key, text(entry.getValue(), name, key));
      } else {
        throw new IllegalArgumentException(
            "%s has an unknown key '%s'; use %s or strategies"
                .formatted(name, key, KEYS.stream().sorted().collect(Collectors.joining(", "))));
      }
    }
    return new SweepFile(settings, unique(strategies, name), isCatalogue);
  }

  private static List<Strategy> strategies(JsonNode node, String name) {
    if (!node.path("algorithm").isString()) {
      throw new IllegalArgumentException(name + ": each of the strategies needs an algorithm");
    }
    Map<String, String> options = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> option : node.properties()) {
      options.put(option.getKey(), text(option.getValue(), name, option.getKey()));
    }
    String algorithm = options.remove("algorithm");
    String models = options.remove(MODELS);
    for (String option : options.keySet()) {
      if (!option.equals(Grid.TOKENS_PER_STEP)
          && Algorithms.byId(algorithm).parameter(option).isEmpty()) {
        throw new IllegalArgumentException(
            "%s: %s has no option '%s'; run `unmask algorithms %s`"
                .formatted(name, algorithm, option, algorithm));
      }
    }
    List<String> names = models == null ? List.of() : List.of(models.split("\\s*,\\s*"));
    return Grid.strategies(List.of(algorithm), options).stream()
        .map(s -> new Strategy(s.name(), s.adaptive(), s.settings(), names))
        .toList();
  }

  private static List<Strategy> unique(List<Strategy> strategies, String name) {
    Set<String> names = new java.util.HashSet<>();
    for (Strategy strategy : strategies) {
      if (!names.add(strategy.name())) {
        throw new IllegalArgumentException(
            "%s has the strategy '%s' twice; give its values as one list"
                .formatted(name, strategy.name()));
      }
    }
    return List.copyOf(strategies);
  }

  private static String text(JsonNode node, String name, String key) {
    if (node.isArray() && !node.isEmpty()) {
      List<String> values = new ArrayList<>();
      node.forEach(value -> values.add(text(value, name, key)));
      return String.join(",", values);
    }
    if (node.isValueNode() && !node.isNull()) {
      return node.asString();
    }
    throw new IllegalArgumentException(name + ": '" + key + "' needs a value or a list of values");
  }
}
