package org.unmask.decode.trace;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.unmask.decode.Algorithms;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.Draws;
import org.unmask.decode.Noise;

/** Translates a published decoder and its arguments into an algorithm and its options. */
final class PublishedStrategy {

  /** Arguments that choose the algorithm or say what is always so here. */
  private static final Set<String> NOT_OPTIONS =
      Set.of(
          "remasking",
          "alg",
          "dual_cache",
          "constraints",
          "attention_layers",
          "cache",
          "enable_cache");

  /** Row length that the rule of {@code rand_start} counts with. */
  private static final int VOCAB_SIZE = 2048;

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
    Object order = params.getOrDefault("remasking", "low_confidence");
    String scheduled = "llada-" + order.toString().replace('_', '-');
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
    if (strategy.startsWith("apd") || strategy.equals("leftright")) {
      options.put("suppress-mask", false);
    }
    options.computeIfAbsent("block_length", name -> params.get("block_size"));
    options.computeIfAbsent("gen_length", name -> params.get("max_new_tokens"));
    if (strategy.equals("freedave")) {
      options.put("cache", Boolean.TRUE.equals(params.get("dual_cache")) ? "dual" : "prefix");
      boolean isSequential = params.get("alg_temp") instanceof Number temp && temp.intValue() < 0;
      options.put("order", isSequential ? "left-to-right" : "confidence");
    }
    return switch (strategy) {
      case "block_diffusion" ->
          switch (String.valueOf(params.get("remasking_strategy"))) {
            case "low_confidence_static" -> "block-static";
            case "sequential" -> "block-sequential";
            default -> "block-dynamic";
          };
      case "dkv_cache.decode" -> {
        options.put("cache", "delayed");
        yield scheduled;
      }
      case "dllm_cache" -> {
        options.put("cache", "similarity");
        yield scheduled;
      }
      case "dawn" -> {
        options.put("dawn-bos", true);
        yield "dawn";
      }
      case "apd" -> {
        options.put("coupling", "argmax");
        yield "apd";
      }
      case "apd-shared-gumbel" -> "apd";
      case "dinfer.credit" -> "credit";
      case "dinfer.hierarchy" -> "hierarchy";
      case "dinfer.generate_hierarchy" -> {
        options.put("maximum-unroll", 1);
        options.put("stop-at-eos", false);
        yield "hierarchy";
      }
      case "dinfer.threshold", "dinfer.threshold_vicinity" -> "dinfer-threshold";
      case "llada.generate", "llada.generate+cfg" -> scheduled;
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

  /**
   * Feeds recorded random numbers: those under {@code rand} by response position, those that follow
   * from {@code rand_seed} and a step's {@code rand_start} by row and token.
   */
  private static Draws draws(RecordedTrace trace) {
    if (trace.fields().get("rand_seed") instanceof Number seed) {
      return (request, step, position, purpose, token) -> {
        Map<String, Object> recorded = trace.steps().get(step);
        int row = position - trace.prompt().length - ((Number) recorded.get("t")).intValue();
        int start = ((Number) recorded.get("rand_start")).intValue();
        return Noise.uniform(seed.longValue(), start + row * VOCAB_SIZE + token);
      };
    }
    if (trace.strategy().equals("s2d2")) {
      return (request, step, position, purpose, token) -> {
        List<?> span = (List<?>) trace.steps().get(step).get("span");
        if (purpose != Noise.Purpose.ACCEPT || span == null) {
          return 0.5; // the traces draw the arg-max
        }
        List<?> drawn = (List<?>) trace.steps().get(step).get("rand");
        int place = span.indexOf(position - trace.prompt().length);
        return place < 0 ? 0.5 : ((Number) drawn.get(place)).doubleValue();
      };
    }
    if (trace.strategy().equals("block_diffusion")) {
      return (request, step, position, purpose, token) -> 0.5; // the traces draw the arg-max
    }
    if (trace.steps().stream().anyMatch(step -> step.get("rand") instanceof List<?>)) {
      return (request, step, position, purpose, index) -> {
        List<?> drawn = (List<?>) trace.steps().get(step).get("rand");
        return ((Number) drawn.get(position - trace.prompt().length)).doubleValue();
      };
    }
    return Draws.SEEDED;
  }
}
