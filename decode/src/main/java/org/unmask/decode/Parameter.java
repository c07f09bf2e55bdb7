package org.unmask.decode;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One option of a decoding algorithm.
 *
 * @param name in kebab-case, as on the command line without the dashes
 * @param type what values it takes
 * @param defaultValue value when the option is not given, of the type's Java class; null if it is
 *     derived from other options or absent
 * @param min least number allowed, for {@link Type#INTEGER} and {@link Type#NUMBER}
 * @param max greatest number allowed, for {@link Type#INTEGER} and {@link Type#NUMBER}
 * @param choices values allowed, for {@link Type#CHOICE}; else empty
 * @param doc one sentence, without a full stop
 */
public record Parameter(
    String name,
    Type type,
    @Nullable Object defaultValue,
    double min,
    double max,
    List<String> choices,
    String doc) {

  /** What values a parameter takes. */
  public enum Type {
    /** A whole number; {@link Integer}, or {@link Long} for seeds. */
    INTEGER,
    /** A real number; {@link Double}. */
    NUMBER,
    /** Yes or no; {@link Boolean}. */
    FLAG,
    /** One of a few words; {@link String}. Case and the kind of hyphen do not matter. */
    CHOICE,
    /** Whole numbers, as a list or separated by commas; {@link List} of {@link Integer}. */
    INTEGERS,
    /**
     * The name of a file or model; {@link String}. The caller opens it and hands its content over
     * in {@link DecodeResources}: decoding itself reads no files.
     */
    RESOURCE
  }

  /** Copies the choices. */
  public Parameter {
    choices = List.copyOf(choices);
  }

  static Parameter integer(
      String name, @Nullable Integer defaultValue, int min, int max, String doc) {
    return new Parameter(name, Type.INTEGER, defaultValue, min, max, List.of(), doc);
  }

  static Parameter number(
      String name, @Nullable Double defaultValue, double min, double max, String doc) {
    return new Parameter(name, Type.NUMBER, defaultValue, min, max, List.of(), doc);
  }

  static Parameter flag(String name, boolean defaultValue, String doc) {
    return new Parameter(name, Type.FLAG, defaultValue, 0, 0, List.of(), doc);
  }

  static Parameter choice(String name, String defaultValue, List<String> choices, String doc) {
    return new Parameter(name, Type.CHOICE, defaultValue, 0, 0, choices, doc);
  }

  static Parameter integers(String name, @Nullable List<Integer> defaultValue, String doc) {
    return new Parameter(name, Type.INTEGERS, defaultValue, 0, 0, List.of(), doc);
  }

  static Parameter resource(String name, String doc) {
    return new Parameter(name, Type.RESOURCE, null, 0, 0, List.of(), doc);
  }

  /** Returns the same parameter with another default. */
  Parameter withDefault(@Nullable Object value) {
    return new Parameter(name, type, value, min, max, choices, doc);
  }

  /**
   * Turns a given value into the parameter's type.
   *
   * @param value a string, number or boolean
   * @throws IllegalArgumentException if it is of another kind or out of range
   */
  Object parse(Object value) {
    String text = value.toString().strip();
    return switch (type) {
      case INTEGER -> wholeNumber(text);
      case NUMBER -> realNumber(text);
      case FLAG ->
          switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw bad(text, "give true or false");
          };
      case CHOICE -> {
        String word = text.toLowerCase(Locale.ROOT).replace('_', '-');
        if (!choices.contains(word)) {
          throw bad(text, "give one of " + String.join(", ", choices));
        }
        yield word;
      }
      case INTEGERS -> wholeNumbers(text);
      case RESOURCE -> {
        if (text.isEmpty()) {
          throw bad(text, "give a name or a path");
        }
        yield text;
      }
    };
  }

  private Object wholeNumber(String text) {
    long number;
    try {
      number = new java.math.BigDecimal(text).longValueExact();
    } catch (NumberFormatException | ArithmeticException e) {
      throw bad(text, "give a whole number");
    }
    if (number < min || number > max) {
      throw bad(text, "give a whole number " + range());
    }
    return max > Integer.MAX_VALUE ? (Object) number : (Object) (int) number;
  }

  private List<Integer> wholeNumbers(String text) {
    String bare = text.replaceAll("[\\[\\]\\s]", "");
    try {
      return bare.isEmpty() ? List.of() : Stream.of(bare.split(",")).map(Integer::valueOf).toList();
    } catch (NumberFormatException e) {
      throw bad(text, "give whole numbers separated by commas");
    }
  }

  private Object realNumber(String text) {
    double number;
    try {
      number = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw bad(text, "give a number");
    }
    if (!(number >= min && number <= max)) { // also rejects NaN
      throw bad(text, "give a number " + range());
    }
    return number;
  }

  /** Returns the range in words, for numbers. */
  public String range() {
    return switch (type) {
      case INTEGER ->
          max >= Integer.MAX_VALUE
              ? "of at least " + (long) min
              : "from " + (long) min + " to " + (long) max;
      case NUMBER -> max == Double.MAX_VALUE ? "of at least " + min : "from " + min + " to " + max;
      case FLAG -> "true or false";
      case CHOICE -> String.join(", ", choices);
      case INTEGERS -> "whole numbers separated by commas";
      case RESOURCE -> "a name or a path";
    };
  }

  private IllegalArgumentException bad(String value, String remedy) {
    return new IllegalArgumentException("option " + name + " cannot be '" + value + "'; " + remedy);
  }
}
