package org.unmask.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rules held down to one token per step give the answer of the sequential decoder of the same order
 * and cache, and rules that take whatever there is fill a block in one step.
 */
class SequentialTest {

  private static final int GEN = 12;
  private static final int VOCAB = 12;

  /**
   * Options under which a rule takes one token a step, by certainty unless another order is named.
   */
  private static final Map<String, String> HELD_DOWN =
      Map.ofEntries(
          Map.entry("threshold", "threshold=1"),
          Map.entry("factor", "factor=0 factor-quirk=false"),
          Map.entry("localleap", "threshold=1 relaxed-threshold=1"),
          Map.entry("klass", "conf-threshold=1"),
          Map.entry("learn2pd", "accept-threshold=1"),
          Map.entry("dinfer-threshold", "threshold=1 maximum-unroll=1"),
          Map.entry("hierarchy", "threshold=1 low-threshold=1 maximum-unroll=1"),
          Map.entry("prophet", "threshold-early=1e9 threshold-mid=1e9 threshold-late=1e9"),
          Map.entry("sched", "tau-high=1e9 tau-low=1e9"),
          Map.entry("remix", "threshold=1 beta-mix=0"),
          Map.entry("wino", "threshold=1"),
          Map.entry("adablock", "threshold=1 delimiter-threshold=1 init-block-length=6"),
          Map.entry("freedave", "draft-steps=1"),
          Map.entry("clad", "threshold=1"),
          Map.entry("dawn", "threshold=1 tau-induce=1 tau-low=1"),
          Map.entry("slowfast", "high-confidence-threshold=1 cycle-len-confidence-threshold=0"),
          Map.entry("dream-confidence-threshold", "threshold=1"),
          Map.entry("eb", "gamma=0 order=entropy"));

  /** Options under which a rule takes all there is. */
  private static final Map<String, String> LET_GO =
      Map.ofEntries(
          Map.entry("threshold", "threshold=0"),
          Map.entry("factor", "factor=100"),
          Map.entry("localleap", "threshold=0 relaxed-threshold=0"),
          Map.entry("eb", "gamma=1e9"),
          Map.entry("learn2pd", "accept-threshold=0"),
          Map.entry("hierarchy", "threshold=0 low-threshold=0 maximum-unroll=1"),
          Map.entry("dinfer-threshold", "threshold=0 maximum-unroll=1"),
          Map.entry("credit", "threshold=0 maximum-unroll=1"),
          Map.entry("adablock", "threshold=0 delimiter-threshold=1 init-block-length=6"),
          Map.entry("prophet", "threshold-early=0"),
          Map.entry("sched", "tau-high=0 tau-low=0"));

  record Case(String algorithm, String options, String cache, long seed) {

    DecodeResult decode() {
      Map<String, Object> given = parse(options);
      given.remove("order");
      return SequentialTest.decode(algorithm, given, cache, seed);
    }

    DecodeResult sequential() {
      String order = (String) parse(options).getOrDefault("order", "low-confidence");
      return SequentialTest.decode("llada-" + order, Map.of(), cache, seed);
    }
  }

  private static Map<String, Object> parse(String options) {
    Map<String, Object> parsed = new HashMap<>();
    for (String option : options.split(" ")) {
      parsed.put(option.split("=")[0], option.split("=")[1]);
    }
    return parsed;
  }

  static Stream<Case> heldDown() {
    return cases(HELD_DOWN);
  }

  static Stream<Case> letGo() {
    return cases(LET_GO);
  }

  private static Stream<Case> cases(Map<String, String> table) {
    List<Case> cases = new ArrayList<>();
    List<String> shared = Algorithms.byId("llada-low-confidence").caches();
    table.forEach(
        (algorithm, options) ->
            Algorithms.byId(algorithm).caches().stream()
                .filter(shared::contains)
                .forEach(
                    cache -> cases.add(new Case(algorithm, options, cache, algorithm.hashCode()))));
    return cases.stream();
  }

  private static DecodeResult decode(
      String algorithm, Map<String, Object> more, String cache, long seed) {
    Map<String, Object> options = new HashMap<>(more);
    options.put("gen-length", GEN);
    options.put("cache", cache);
    if (!algorithm.equals("adablock")) {
      options.put("block-length", 6);
    }
    float[] weights = new float[FilterModel.WIDTH * FilterModel.WIDTH];
    float[] bias = new float[FilterModel.WIDTH];
    DecodeResources resources =
        DecodeResources.none()
            .withDelimiters(VOCAB + 1) // never predicted
            .withFilter(new FilterModel(weights, bias, weights, bias));
    return new Decoder(ScriptedDenoiser.random(seed, VOCAB, 0, 1), resources)
        .decode(new DecodeRequest(new int[] {3, 1, 2}, DecodeOptions.of(algorithm, options)));
  }

  @ParameterizedTest
  @MethodSource
  void heldDown(Case given) {
    DecodeResult result = given.decode();
    assertThat(result.ids()).isEqualTo(given.sequential().ids());
    int entries = given.algorithm().equals("freedave") ? 2 : 0; // its entry calls commit nothing
    boolean fillsLast = given.algorithm().equals("freedave"); // without a call
    if (!given.algorithm().equals("slowfast") && !given.algorithm().endsWith("threshold")) {
      assertThat(result.nfe()).isEqualTo(GEN + entries - (fillsLast ? 2 : 0));
    }
    assertThat(result.nfe()).isGreaterThanOrEqualTo(GEN);
  }

  @ParameterizedTest
  @MethodSource
  void letGo(Case given) {
    boolean exits = List.of("prophet", "sched").contains(given.algorithm()); // fills all blocks
    boolean fillsAndGoesOn = given.cache().matches("prefix|dual"); // dInfer's cache calls
    int most = exits ? 1 : fillsAndGoesOn ? 4 : 2;
    assertThat(given.decode().nfe()).isBetween(1, most);
  }
}
