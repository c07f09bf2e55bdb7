package org.unmask.bench.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.unmask.decode.Algorithm;
import org.unmask.decode.Algorithms;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.Parameter;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The decoding options, the same in every verb: one for each parameter of the catalogue of
 * algorithms, so that a new algorithm brings its own.
 *
 * <p>Values stay text until {@link #options} checks them against the algorithm chosen.
 */
final class DecodingFlags {

  static final String DEFAULT_ALGORITHM = "llada-low-confidence";

  /** A verb, or one of its requests, that takes decoding options. */
  interface Holder {
    DecodingFlags decoding();
  }

  private final Map<String, String> given = new TreeMap<>();
  private final String usual;
  private String algorithm;

  /** Makes options of one algorithm. */
  DecodingFlags() {
    this(DEFAULT_ALGORITHM);
  }

  /**
   * Makes options with another default.
   *
   * @param usual the algorithm, or several separated by commas, when none is given
   */
  DecodingFlags(String usual) {
    this.usual = usual;
    algorithm = usual;
  }

  /** Returns the value of {@code --algorithm}. */
  String algorithm() {
    return algorithm;
  }

  /** Returns the values given, by parameter name. */
  Map<String, String> given() {
    return given;
  }

  /**
   * Checks the options and fills in defaults.
   *
   * @throws IllegalArgumentException if one is unknown to the algorithm, or wrong
   */
  DecodeOptions options() {
    return DecodeOptions.of(algorithm, given);
  }

  private void set(String name, String value) {
    if (value == null) {
      given.remove(name);
    } else {
      given.put(name, value);
    }
  }

  /** Adds the options to a verb: name it as {@code modelTransformer} of a {@link Holder}. */
  static final class Adder implements IModelTransformer {

    @Override
    public CommandSpec transform(CommandSpec spec) {
      DecodingFlags flags = ((Holder) spec.userObject()).decoding();
      spec.addOption(
          OptionSpec.builder("--algorithm", "--algorithms")
              .type(String.class)
              .paramLabel("ID")
              .order(100)
              .showDefaultValue(Visibility.NEVER)
              .setter(setter(value -> flags.algorithm = value == null ? flags.usual : value))
              .description(
                  "How to decode: "
                      + Algorithms.all().stream()
                          .map(Algorithm::id)
                          .collect(Collectors.joining(", "))
                      + "; default "
                      + flags.usual
                      + ".")
              .build());
      int order = 101;
      for (List<Parameter> variants : byName().values()) {
        spec.addOption(option(flags, variants, order++));
      }
      return spec;
    }

    private static OptionSpec option(DecodingFlags flags, List<Parameter> variants, int order) {
      Parameter first = variants.getFirst();
      var builder =
          OptionSpec.builder("--" + first.name())
              .type(String.class)
              .order(order)
              .paramLabel(label(first))
              .showDefaultValue(Visibility.NEVER)
              .description(describe(variants))
              .setter(setter(value -> flags.set(first.name(), value)));
      return first.type() == Parameter.Type.FLAG
          ? builder.arity("0..1").fallbackValue("true").build()
          : builder.arity("1").build();
    }

    private static ISetter setter(java.util.function.Consumer<String> set) {
      return new ISetter() {
        @Override
        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
        public <T> T set(T value) {
          set.accept((String) value);
          return value;
        }
      };
    }

    private static Map<String, List<Parameter>> byName() {
      Map<String, List<Parameter>> byName = new LinkedHashMap<>();
      for (Algorithm algorithm : Algorithms.all()) {
        for (Parameter parameter : algorithm.parameters()) {
          byName.computeIfAbsent(parameter.name(), _ -> new ArrayList<>()).add(parameter);
        }
      }
      return byName;
    }

    private static String label(Parameter parameter) {
      return switch (parameter.type()) {
        case INTEGER -> "N";
        case NUMBER -> "X";
        case FLAG -> "true|false";
        case CHOICE -> "NAME";
        case INTEGERS -> "N,N";
        case RESOURCE -> "PATH";
      };
    }

    private static String describe(List<Parameter> variants) {
      Parameter first = variants.getFirst();
      StringBuilder text = new StringBuilder(first.doc());
      text.setCharAt(0, Character.toUpperCase(text.charAt(0)));
      Set<String> choices = new LinkedHashSet<>();
      variants.forEach(p -> choices.addAll(p.choices()));
      if (!choices.isEmpty()) {
        text.append(" (").append(String.join(", ", choices)).append(")");
      }
      Set<String> defaults =
          variants.stream()
              .map(p -> p.defaultValue() == null ? "" : p.defaultValue().toString())
              .collect(Collectors.toCollection(LinkedHashSet::new));
      if (defaults.size() > 1) {
        text.append("; default depends on the algorithm");
      } else if (!defaults.contains("")) {
        text.append("; default ").append(defaults.iterator().next());
      }
      return text.append('.').toString();
    }
  }
}
