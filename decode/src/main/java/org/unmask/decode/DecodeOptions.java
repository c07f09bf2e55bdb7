package org.unmask.decode;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.unmask.decode.speculative.AcceptanceRule;
import org.unmask.decode.speculative.Proposal;

/**
 * An algorithm with a checked value for each of its options.
 *
 * <pre>{@code
 * DecodeOptions options = DecodeOptions.of("threshold", Map.of("gen-length", 64, "threshold", 0.9));
 * }</pre>
 *
 * <p>Immutable. Names are accepted in kebab-case and in snake_case, values as strings, numbers or
 * booleans.
 */
public final class DecodeOptions {

  private final Algorithm algorithm;
  private final Map<String, Object> given;
  private final Map<String, Object> values;

  private DecodeOptions(
      Algorithm algorithm, Map<String, Object> given, Map<String, Object> values) {
    this.algorithm = algorithm;
    this.given = given;
    this.values = Collections.unmodifiableMap(values);
  }

  /**
   * Checks options and fills in the defaults.
   *
   * @param algorithm id from the {@linkplain Algorithms catalogue}
   * @param given option values by name; null values count as not given
   * @throws IllegalArgumentException if the algorithm or an option is unknown, or a value out of
   *     range or at odds with another; the message names the option, the value and the remedy
   */
  public static DecodeOptions of(String algorithm, Map<String, ?> given) {
    Algorithm found = Algorithms.byId(algorithm);
    Map<String, Object> parsed = parse(found, given);
    Map<String, Object> values = new LinkedHashMap<>();
    for (Parameter parameter : found.parameters()) {
      Object value = parsed.getOrDefault(parameter.name(), parameter.defaultValue());
      if (value != null) {
        values.put(parameter.name(), value);
      }
    }
    CommonOptions.derive(found, values, parsed.containsKey(CommonOptions.BLOCK_LENGTH));
    DecodeOptions options = new DecodeOptions(found, parsed, values);
    found.check(options);
    return options;
  }

  private static Map<String, Object> parse(Algorithm algorithm, Map<String, ?> given) {
    Map<String, Object> parsed = new TreeMap<>();
    given.forEach(
        (key, value) -> {
          String name = key.replace('_', '-');
          Parameter parameter =
              algorithm
                  .parameter(name)
                  .orElseThrow(() -> new IllegalArgumentException(unknown(algorithm, name)));
          if (value != null) {
            if (name.equals(CommonOptions.CACHE)) {
              algorithm.checkCache(value.toString().toLowerCase(Locale.ROOT).replace('_', '-'));
            }
            parsed.put(name, parameter.parse(value));
          }
        });
    return parsed;
  }

  private static String unknown(Algorithm algorithm, String name) {
    return "algorithm "
        + algorithm.id()
        + " has no option '"
        + name
        + "'; "
        + Spelling.remedy(name, algorithm.parameters().stream().map(Parameter::name).toList());
  }

  /**
   * Returns the same options with one changed; those not given follow anew.
   *
   * @throws IllegalArgumentException as {@link #of} does
   */
  public DecodeOptions with(String name, Object value) {
    Map<String, Object> changed = new LinkedHashMap<>(given);
    changed.put(name.replace('_', '-'), value);
    return of(algorithm.id(), changed);
  }

  /** Returns the algorithm. */
  public Algorithm algorithm() {
    return algorithm;
  }

  /** Returns the rule that accepts drafts, if the algorithm drafts. */
  public Optional<AcceptanceRule> rule() {
    return proposal().map(proposal -> Rules.of(this));
  }

  /** Returns how tokens are drafted, if they are. */
  public Optional<Proposal> proposal() {
    return Optional.ofNullable(algorithm.proposal(this));
  }

  /** Returns every option with its value, defaults included, in the catalogue's order. */
  public Map<String, Object> values() {
    return values;
  }

  /** Returns how many tokens are generated. */
  public int genLength() {
    return integer(CommonOptions.GEN_LENGTH);
  }

  /** Returns the tokens per block. */
  public int blockLength() {
    return integer(CommonOptions.BLOCK_LENGTH);
  }

  /** Returns the denoising steps asked for, over all blocks. */
  public int steps() {
    return integer(CommonOptions.STEPS);
  }

  /** Returns the sampling temperature; 0 is greedy. */
  public double temperature() {
    return number(CommonOptions.TEMPERATURE);
  }

  /** Returns the seed of all random numbers. */
  public long seed() {
    return (long) value(CommonOptions.SEED);
  }

  /** Returns the cache's name. */
  public String cache() {
    return word(CommonOptions.CACHE);
  }

  /** Returns a whole number. */
  public int integer(String name) {
    return (int) value(name);
  }

  /** Returns a real number. */
  public double number(String name) {
    return (double) value(name);
  }

  /** Returns a flag. */
  public boolean flag(String name) {
    return (boolean) value(name);
  }

  /** Returns one of the words of a choice. */
  public String word(String name) {
    return (String) value(name);
  }

  /** Returns whole numbers. */
  @SuppressWarnings("unchecked") // parse made it
  public List<Integer> integers(String name) {
    return (List<Integer>) value(name);
  }

  /** Tells whether an option without a default was given. */
  public boolean has(String name) {
    return values.containsKey(name);
  }

  private Object value(String name) {
    @Nullable Object value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "option " + name + " of algorithm " + algorithm.id() + " has no value; give one");
    }
    return value;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DecodeOptions that
        && algorithm == that.algorithm
        && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return algorithm.id() + values;
  }
}
