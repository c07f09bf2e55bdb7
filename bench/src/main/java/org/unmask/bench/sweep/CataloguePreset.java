package org.unmask.bench.sweep;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmask.decode.Algorithm;
import org.unmask.decode.Algorithms;
import org.unmask.decode.Parameter;

/**
 * Strategies for a comparison of the whole catalogue: every algorithm at its own defaults, with the
 * model it is meant for; at two faster settings where a threshold or a factor sets the pace; with
 * every cache where the algorithm is the usual one for caches.
 */
public final class CataloguePreset {

  /** Name of the preset. */
  public static final String NAME = "strategies";

  /** One token per step: what the others are compared with, of each model. */
  private static final List<String> BASELINES =
      List.of("llada-low-confidence", "dream-maskgit-plus");

  /** Algorithms that are measured with every cache that goes with them. */
  private static final Set<String> WITH_CACHES = Set.of("threshold", "learn2pd-eotp");

  /** Algorithms of a Dream paper or of Dream's own code. */
  private static final Set<String> DREAM = Set.of("apd", "leftright", "fast-dllm-v2");

  /** What sets the pace, and faster values than the default. */
  private static final Map<String, List<String>> PACES =
      pairs(
          Map.entry("threshold", List.of("0.7", "0.5")),
          Map.entry("factor", List.of("1.3", "1.9")),
          Map.entry("accept-threshold", List.of("0.8", "0.5")),
          Map.entry("conf-threshold", List.of("0.7", "0.5")),
          Map.entry("apd-mixture-weight", List.of("0.8", "0.9")));

  private CataloguePreset() {}

  @SafeVarargs
  private static Map<String, List<String>> pairs(Map.Entry<String, List<String>>... entries) {
    Map<String, List<String>> map = new LinkedHashMap<>();
    for (Map.Entry<String, List<String>> entry : entries) {
      map.put(entry.getKey(), entry.getValue());
    }
    return map;
  }

  /**
   * Makes the strategies.
   *
   * @param accepted which algorithms run on each model, by the model's name
   */
  public static List<Strategy> strategies(Map<String, ? extends Set<String>> accepted) {
    List<Algorithm> ordered = new ArrayList<>();
    BASELINES.forEach(id -> ordered.add(Algorithms.byId(id)));
    Algorithms.all().stream().filter(a -> !BASELINES.contains(a.id())).forEach(ordered::add);
    List<Strategy> strategies = new ArrayList<>();
    for (Algorithm algorithm : ordered) {
      String model = model(algorithm.id(), accepted);
      if (!model.isEmpty()) {
        addAll(strategies, algorithm, model);
      }
    }
    return strategies;
  }

  /** Returns the ids that no strategy is made of, because no model accepts them. */
  public static Set<String> leftOut(Map<String, ? extends Set<String>> accepted) {
    Set<String> ids = new HashSet<>();
    for (Algorithm algorithm : Algorithms.all()) {
      if (model(algorithm.id(), accepted).isEmpty()) {
        ids.add(algorithm.id());
      }
    }
    return ids;
  }

  private static String model(String id, Map<String, ? extends Set<String>> accepted) {
    boolean prefersDream = id.startsWith("dream-") || DREAM.contains(id);
    List<String> willing =
        accepted.entrySet().stream()
            .filter(entry -> entry.getValue().contains(id))
            .map(Map.Entry::getKey)
            .toList();
    return willing.stream()
        .filter(name -> name.contains("dream") == prefersDream)
        .findFirst()
        .orElse(willing.isEmpty() ? "" : willing.getFirst());
  }

  private static void addAll(List<Strategy> strategies, Algorithm algorithm, String model) {
    List<String> caches =
        WITH_CACHES.contains(algorithm.id())
            ? algorithm.caches()
            : List.of(usual(algorithm, "cache"));
    for (String cache : caches) {
      Map<String, String> options = new LinkedHashMap<>();
      options.put("algorithm", algorithm.id());
      if (algorithm.parameter("block-length").isPresent()) {
        options.put("block-length", Grid.USUAL_VALUE);
      }
      if (!cache.equals(usual(algorithm, "cache"))) {
        options.put("cache", cache);
      }
      String name = cache.equals("none") ? algorithm.id() : algorithm.id() + " cache=" + cache;
      List<Setting> settings = new ArrayList<>();
      String pace =
          PACES.keySet().stream()
              .filter(option -> algorithm.parameter(option).isPresent())
              .findFirst()
              .orElse("");
      settings.add(
          new Setting(
              pace.isEmpty() ? Grid.USUAL_VALUE : pace + "=" + usual(algorithm, pace), options));
      if (BASELINES.contains(algorithm.id())) {
        pace = Grid.TOKENS_PER_STEP;
      }
      for (String value :
          PACES.getOrDefault(
              pace, BASELINES.contains(algorithm.id()) ? List.of("2", "4") : List.of())) {
        Map<String, String> faster = new LinkedHashMap<>(options);
        faster.put(pace, value);
        settings.add(
            new Setting((pace.equals(Grid.TOKENS_PER_STEP) ? "k" : pace) + "=" + value, faster));
      }
      boolean adaptive = settings.size() > 1 && !pace.equals(Grid.TOKENS_PER_STEP);
      strategies.add(new Strategy(name, adaptive, settings, List.of(model)));
    }
  }

  private static String usual(Algorithm algorithm, String option) {
    return algorithm
        .parameter(option)
        .map(Parameter::defaultValue)
        .map(Object::toString)
        .orElse("");
  }
}
