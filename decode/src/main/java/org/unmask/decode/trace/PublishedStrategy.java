package org.unmask.decode.trace;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.unmask.decode.Algorithms;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.Draws;

/** Translates a published decoder and its arguments into an algorithm and its options. */
final class PublishedStrategy {

  /** Arguments that choose the algorithm or say what is always so here. */
  private static final Set<String> NOT_OPTIONS =
      Set.of("remasking", "alg", "dual_cache", "constraints", "attention_layers", "cache");

  private PublishedStrategy() {}

  /** Makes the request that repeats a trace. */
  static DecodeRequest request(RecordedTrace trace) {
    Map<String, Object> options = new LinkedHashMap<>();
    String algorithm = algorithm(trace, options);
    trace.params().forEach((name, value) -> put(options, name, value));
    for (String name : new String[] {"gen_length", "block_length"}) {
      if (trace.fields().get(name) != null) {
        options.putIfAbsent(name, trace.fields().get(name));
      }
    }
    options
        .keySet()
        .removeIf(name -> Algorithms.byId(algorithm).parameter(name.replace('_', '-')).isEmpty());
    return new DecodeRequest(
        trace.prompt(), DecodeOptions.of(algorithm, options), 0, given(trace), draws(trace));
  }

  private static void put(Map<String, Object> options, String name, Object value) {
    if (value instanceof Map<?, ?> group) { // thresholds: {early: ...} becomes threshold-early
      group.forEach((key, each) -> options.put(name.replaceAll("s$", "") + "-" + key, each));
    } else if (value != null && !NOT_OPTIONS.contains(name)) {
      options.put(name, value);
    }
  }

  private static String algorithm(RecordedTrace trace, Map<String, Object> options) {
    String strategy = trace.strategy();
    Map<String, Object> params = trace.params();
    String scheduled = "llada-" + String.valueOf(params.get("remasking")).replace('_', '-');
    String fast =
        params.containsKey("threshold")
            ? "threshold"
            : params.containsKey("factor") ? "factor" : scheduled;
    if (strategy.startsWith("fast_dllm")) {
      options.put("first-release", strategy.startsWith("fast_dllm_first_release"));
      options.put("cache", cache(strategy));
      return fast;
    }
    if (strategy.startsWith("dream.")) {
      boolean isDual = Boolean.TRUE.equals(params.get("dual_cache"));
      options.put("cache", strategy.endsWith("block_cache") ? isDual ? "dual" : "prefix" : "none");
      return "dream-" + String.valueOf(params.get("alg")).replace('_', '-');
    }
    if (strategy.startsWith("adablock")) {
      options.put("cache", cache(strategy));
      return "adablock";
    }
    if (strategy.startsWith("dinfer.")) {
      boolean isVicinity = Boolean.TRUE.equals(params.get("vicinity"));
      Object cache = params.get("cache");
      options.put("cache", isVicinity ? "vicinity" : cache == null ? "none" : cache);
    }
    if (strategy.startsWith("learn2pd-eotp+")) {
      options.put("cache", strategy.substring(strategy.indexOf('+') + 1));
      return "learn2pd-eotp";
    }
    return switch (strategy) {
      case "dinfer.credit" -> "credit";
      case "dinfer.hierarchy" -> "hierarchy";
      case "dinfer.generate_hierarchy" -> {
        options.put("maximum-unroll", 1);
        yield "hierarchy";
      }
      case "dinfer.threshold", "dinfer.threshold_vicinity" -> "dinfer-threshold";
      case "llada.generate" -> scheduled;
      case "eb_sampler" -> "eb";
      case "klass.dream" -> "klass";
      case "pc_sampler" -> "pc";
      case "linear_position" -> "pc-linear";
      default -> strategy.toLowerCase(Locale.ROOT).replace('_', '-');
    };
  }

  private static String cache(String strategy) {
    return strategy.endsWith("prefix_cache")
        ? "prefix"
        : strategy.endsWith("dual_cache") ? "dual" : "none";
  }

  private static Map<Integer, Integer> given(RecordedTrace trace) {
    Map<Integer, Integer> given = new HashMap<>();
    if (trace.params().get("constraints") instanceof Map<?, ?> constraints) {
      constraints.forEach(
          (position, token) ->
              given.put(Integer.valueOf(position.toString()), ((Number) token).intValue()));
    }
    return given;
  }

  /** Feeds the numbers that a trace has recorded under {@code rand}, by response position. */
  private static Draws draws(RecordedTrace trace) {
    boolean isRecorded =
        trace.steps().stream().anyMatch(step -> step.get("rand") instanceof java.util.List<?>);
    return isRecorded
        ? (request, step, position, purpose) -> {
          java.util.List<?> drawn = (java.util.List<?>) trace.steps().get(step).get("rand");
          return ((Number) drawn.get(position - trace.prompt().length)).doubleValue();
        }
        : Draws.SEEDED;
  }
}
