package org.unmask.bench.sweep;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.unmask.decode.Algorithm;
import org.unmask.decode.Algorithms;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.Parameter;
import org.unmask.decode.speculative.Exactness;

/**
 * Turns options with several values into strategies and their settings.
 *
 * <p>Each algorithm has one degree of parallelism, which becomes the curve: {@code threshold} its
 * threshold, {@code factor} its factor, {@code learn2pd} its accept threshold, {@code apd} its
 * mixture weight, {@code padir} its passes, {@code gibbs} its sweeps, those that draft the length
 * of a draft if they have one, every other the tokens unmasked per step; {@code oracle} has none
 * and is one point, the ceiling. Several values of any other option give a curve each.
 */
public final class Grid {

  /** Name of the option that fixes the number of tokens unmasked per step. */
  public static final String TOKENS_PER_STEP = "tokens-per-step";

  private static final String DRAFT_LENGTH = "draft-length";
  private static final String ALL = "all";

  /** Stands for the algorithm's own default where a sweep has another. */
  static final String USUAL_VALUE = "default";

  /** Degrees of parallelism other than the usual ones; empty for none. */
  private static final Map<String, String> AXES =
      Map.of(
          "threshold", "threshold",
          "factor", "factor",
          "learn2pd", "accept-threshold",
          "learn2pd-eotp", "accept-threshold",
          "apd", "apd-mixture-weight",
          "padir", "passes",
          "gibbs", "sweeps",
          "oracle", "");

  /** The usual values of each degree of parallelism, least parallel first. */
  private static final Map<String, String> USUAL =
      Map.of(
          TOKENS_PER_STEP,
          "1,2,4,8,all",
          "threshold",
          "0.99,0.9,0.7,0.5",
          "factor",
          "0.7,1.0,1.3,1.9",
          "accept-threshold",
          "0.99,0.96,0.9,0.7",
          "apd-mixture-weight",
          "0.3,0.5,0.7,0.9");

  private Grid() {}

  /**
   * Makes strategies.
   *
   * @param algorithms ids, at least one
   * @param options values by option name, several separated by commas
   */
  public static List<Strategy> strategies(List<String> algorithms, Map<String, String> options) {
    List<Strategy> strategies = new ArrayList<>();
    for (String algorithm : algorithms) {
      Algorithm parameters = Algorithms.byId(algorithm);
      String axis = axis(parameters);
      boolean counted = axis.equals(TOKENS_PER_STEP);
      String swept = counted && options.containsKey("steps") ? "steps" : axis;
      List<String> values = split(options.getOrDefault(swept, usual(parameters, swept)));
      Map<String, String> others = new LinkedHashMap<>(options);
      others.remove(swept);
      if (!counted || !swept.equals(axis)) {
        others.remove(TOKENS_PER_STEP);
      }
      if (algorithms.size() > 1) { // an option of one algorithm is not held against another
        others.keySet().removeIf(name -> parameters.parameter(name).isEmpty());
      }
      Map<String, List<String>> choices = new LinkedHashMap<>();
      others.forEach(
          (name, value) ->
              choices.put(name, isList(parameters, name) ? List.of(value) : split(value)));
      for (Map<String, String> fixed : combinations(choices)) {
        String suffix =
            fixed.entrySet().stream()
                .filter(e -> choices.get(e.getKey()).size() > 1)
                .map(e -> " " + e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining());
        List<Setting> settings = new ArrayList<>();
        for (String value : values) {
          Map<String, String> all = new LinkedHashMap<>();
          all.put("algorithm", algorithm);
          if (!swept.isEmpty()) {
            all.put(swept, value);
          }
          all.putAll(fixed);
          settings.add(new Setting(label(algorithm, swept, value), all));
        }
        strategies.add(new Strategy(algorithm + suffix, !counted, settings));
      }
    }
    return strategies;
  }

  /** Returns the degree of parallelism of an algorithm, empty if it has none to choose. */
  private static String axis(Algorithm algorithm) {
    String usual =
        algorithm.parameter("steps").isPresent()
            ? TOKENS_PER_STEP
            : algorithm.parameter(DRAFT_LENGTH).isPresent() ? DRAFT_LENGTH : "";
    return AXES.getOrDefault(algorithm.id(), usual);
  }

  /** Returns the usual values of an axis, else the algorithm's default. */
  private static String usual(Algorithm algorithm, String axis) {
    return USUAL.getOrDefault(
        axis,
        algorithm.parameter(axis).map(Parameter::defaultValue).map(Object::toString).orElse(""));
  }

  private static String label(String algorithm, String option, String value) {
    if (option.isEmpty()) {
      return algorithm.equals("oracle") ? "ceiling" : "own";
    }
    return (option.equals(TOKENS_PER_STEP) ? "k" : option) + "=" + value;
  }

  private static List<String> split(String values) {
    return List.of(values.strip().split("\\s*,\\s*"));
  }

  /** Tells whether commas belong to the value itself. */
  private static boolean isList(Algorithm algorithm, String option) {
    return algorithm.parameter(option).filter(p -> p.type() == Parameter.Type.INTEGERS).isPresent();
  }

  private static List<Map<String, String>> combinations(Map<String, List<String>> options) {
    List<Map<String, String>> combinations = new ArrayList<>(List.of(Map.of()));
    options.forEach(
        (name, values) -> {
          List<Map<String, String>> longer = new ArrayList<>();
          for (Map<String, String> before : combinations) {
            for (String value : values) {
              Map<String, String> with = new LinkedHashMap<>(before);
              with.put(name, value);
              longer.add(with);
            }
          }
          combinations.clear();
          combinations.addAll(longer);
        });
    return combinations;
  }

  /**
   * Returns the decoder's options for a setting on a task: the task's response length, one block
   * unless the setting says otherwise, and the steps that unmask the wanted number of tokens each.
   *
   * @param setting made by this class
   * @param genLength the task's response length M
   * @throws IllegalArgumentException if an option is unknown or does not fit
   */
  public static DecodeOptions options(Setting setting, int genLength) {
    Map<String, Object> given = new LinkedHashMap<>(setting.options());
    String algorithm = (String) given.remove("algorithm");
    given.putIfAbsent("gen-length", Integer.toString(genLength));
    if (Algorithms.byId(algorithm).parameter("block-length").isPresent()) {
      given.putIfAbsent("block-length", given.get("gen-length"));
    }
    given.values().removeIf(USUAL_VALUE::equals);
    String perStep = (String) given.remove(TOKENS_PER_STEP);
    DecodeOptions options = DecodeOptions.of(algorithm, given);
    return perStep == null ? options : options.with("steps", steps(options, perStep));
  }

  /** Returns what a setting's rule does to the text of plain decoding, if it drafts. */
  public static Optional<Exactness> exactness(Setting setting) {
    String algorithm = setting.options().getOrDefault("algorithm", "");
    if (Algorithms.byId(algorithm).parameter("rule").isEmpty()) {
      return Optional.empty();
    }
    DecodeOptions options = options(setting, 64);
    return options.proposal().map(proposal -> options.rule().orElseThrow().exactness(proposal));
  }

  private static int steps(DecodeOptions options, String perStep) {
    int blocks = options.genLength() / options.blockLength();
    if (perStep.toLowerCase(Locale.ROOT).equals(ALL)) {
      return blocks;
    }
    int tokens;
    try {
      tokens = Integer.parseInt(perStep);
    } catch (NumberFormatException e) {
      tokens = 0;
    }
    if (tokens < 1) {
      throw new IllegalArgumentException(
          "option tokens-per-step cannot be '" + perStep + "'; give a whole number or all");
    }
    return blocks * Math.ceilDiv(options.blockLength(), tokens);
  }

  /**
   * Returns how many forward passes a sample may take: known where the number of steps is fixed,
   * otherwise as if four tokens were unmasked at a step.
   */
  public static int expectedNfe(Setting setting, int genLength) {
    DecodeOptions options = options(setting, genLength);
    if (setting.options().get(TOKENS_PER_STEP) instanceof String perStep) {
      return steps(options, perStep);
    }
    String steps = setting.options().getOrDefault("steps", "");
    return steps.matches("\\d{1,9}")
        ? Integer.parseInt(steps)
        : Math.ceilDiv(options.genLength(), 4);
  }
}
