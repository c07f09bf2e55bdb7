package org.unmask.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmask.model.Conditioning;

/**
 * What holds for every algorithm of a denoiser with every cache, on networks that answer at random.
 */
class InvariantsTest {

  private static final int VOCAB = 12;
  private static final int GEN = 12;

  /** One combination to try; its text, with the seed, is the name of the test. */
  record Case(String algorithm, String cache, double temperature, int shift, long seed) {

    DecodeOptions options() {
      Map<String, Object> options = new HashMap<>();
      options.put("gen-length", GEN);
      options.put("block-length", 6);
      options.put("steps", 6);
      options.put("cache", cache);
      options.put("temperature", temperature);
      options.put("seed", seed);
      return DecodeOptions.of(algorithm, options);
    }

    /** Steps that an algorithm may make beyond one per token. */
    int extraSteps() {
      return switch (algorithm) {
        case "remdm" -> 2 * options().integer("remdm-steps");
        case "t2t-edit" -> 2 * options().integer("max-post-steps") + GEN;
        case "block-dynamic", "block-static", "block-sequential", "s2d2", "fast-dllm-v2" -> 3 * GEN;
        case "slowfast" -> GEN * options().integer("k-exploration-steps");
        case "pipelined-blocks" -> GEN;
        case "wino", "dinfer-threshold", "credit", "hierarchy" -> GEN;
        default -> 0;
      };
    }

    ScriptedDenoiser denoiser() {
      return ScriptedDenoiser.random(seed, VOCAB, shift, 2);
    }

    List<DecodeRequest> requests() {
      Random random = new Random(seed);
      List<DecodeRequest> requests = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        int[] prompt = random.ints(1 + random.nextInt(7), 0, VOCAB - 1).toArray();
        requests.add(new DecodeRequest(prompt, options(), i));
      }
      return requests;
    }
  }

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (Algorithm algorithm : Algorithms.all()) {
      if (algorithm.network() != Conditioning.FULL) {
        continue; // see SpeculativeTest
      }
      long seed = 100L * algorithm.id().hashCode(); // the same whatever else is in the catalogue
      for (String cache : algorithm.caches()) {
        for (int shift = 0; shift < 2; shift++) {
          for (double temperature : new double[] {0, 0.7}) {
            if ((List.of("freedave", "oracle").contains(algorithm.id()) && temperature > 0)
                || (List.of("freedave", "s2d2").contains(algorithm.id()) && shift == 1)
                || (cache.equals("delayed") && shift == 1)
                || (algorithm.id().equals("fast-dllm-v2") && shift == 0)) {
              continue; // refused
            }
            cases.add(new Case(algorithm.id(), cache, temperature, shift, seed++));
          }
        }
      }
    }
    return cases.stream();
  }

  @Test
  void everyAlgorithmIsTriedWithEveryCache() {
    assertThat(cases().map(c -> c.algorithm() + "+" + c.cache()).distinct())
        .containsExactlyElementsOf(
            Algorithms.all().stream()
                .filter(a -> a.network() == Conditioning.FULL) // the others: SpeculativeTest
                .flatMap(a -> a.caches().stream().map(cache -> a.id() + "+" + cache))
                .toList());
  }

  record Outcome(DecodeResult result, List<DecodeStep> steps) {
    boolean sameAs(Outcome other) {
      return java.util.Arrays.equals(result.ids(), other.result.ids())
          && result.nfe() == other.result.nfe()
          && steps.equals(other.steps);
    }
  }

  private static FilterModel filter() {
    Random random = new Random(1);
    float[] weights = new float[FilterModel.WIDTH * FilterModel.WIDTH];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian();
    }
    float[] bias = new float[FilterModel.WIDTH];
    return new FilterModel(weights, bias, weights, bias);
  }

  private static Map<Integer, Outcome> decode(
      ScriptedDenoiser denoiser, List<DecodeRequest> requests, int batch) {
    Map<Integer, List<DecodeStep>> steps = new TreeMap<>();
    Map<Integer, Outcome> outcomes = new TreeMap<>();
    DecodeResources resources =
        DecodeResources.none()
            .withEndTokens(0)
            .withDelimiters(1)
            .withFilter(filter())
            .withAuxiliary(ScriptedDenoiser.random(7, VOCAB, 1, 2));
    new Decoder(denoiser, resources)
        .decodeAll(
            requests.iterator(),
            batch,
            (i, result) -> outcomes.put(i, new Outcome(result, steps.get(i))),
            (i, step) -> steps.computeIfAbsent(i, k -> new ArrayList<>()).add(step));
    return outcomes;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyRunFillsTheCanvasWithinItsBound(Case given) {
    List<DecodeRequest> requests = given.requests();
    decode(given.denoiser(), requests, 1)
        .forEach(
            (i, outcome) -> {
              DecodeResult result = outcome.result();
              assertThat(result.ids()).hasSizeBetween(1, GEN + 6);
              assertThat(untilEnd(result.ids())).doesNotContain(VOCAB - 1);
              assertThat(result.nfe())
                  .isEqualTo(outcome.steps().size())
                  .isBetween(1, GEN + given.extraSteps());
              assertThat(result.queryRows())
                  .isEqualTo(outcome.steps().stream().mapToInt(DecodeStep::forwardLength).sum());
              assertThat(outcome.steps())
                  .allSatisfy(step -> assertThat(step.positions()).allMatch(p -> p >= 0))
                  .allSatisfy(step -> assertThat(step.edits()).allMatch(e -> e.position() >= 0));
              replay(outcome);
            });
  }

  /** Returns the tokens up to the first end token; what lies behind may never be reached. */
  private static int[] untilEnd(int[] ids) {
    int end = 0;
    while (end < ids.length && ids[end] != 0) {
      end++;
    }
    return java.util.Arrays.copyOf(ids, end);
  }

  /** Checks that the steps alone lead to the result. */
  private static void replay(Outcome outcome) {
    int[] canvas = new int[GEN + 6]; // some round up to whole blocks
    java.util.Arrays.fill(canvas, VOCAB - 1);
    for (DecodeStep step : outcome.steps()) {
      step.remaskedBefore().forEach(position -> canvas[position] = VOCAB - 1);
      for (int i = 0; i < step.positions().size(); i++) {
        int position = step.positions().get(i);
        assertThat(canvas[position]).as("mask at %d", position).isEqualTo(VOCAB - 1);
        canvas[position] = step.tokenIds().get(i);
      }
      step.edits().forEach(edit -> canvas[edit.position()] = edit.to());
      step.remasked().forEach(position -> canvas[position] = VOCAB - 1);
      if (step.details().get("eos_filled_from") instanceof Integer from) {
        java.util.Arrays.fill(canvas, from, canvas.length, (int) step.details().get("eos_id"));
      }
    }
    assertThat(canvas).startsWith(outcome.result().ids());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void batchedRunsAreTheSingleRuns(Case given) {
    List<DecodeRequest> requests = given.requests();
    Map<Integer, Outcome> single = decode(given.denoiser(), requests, 1);
    Map<Integer, Outcome> batched = decode(given.denoiser(), requests, 3);
    Collections.reverse(requests);
    Map<Integer, Outcome> reversed = decode(given.denoiser(), requests, 2);
    for (int i = 0; i < requests.size(); i++) {
      assertThat(batched.get(i).sameAs(single.get(i))).as("request %d", i).isTrue();
      assertThat(reversed.get(requests.size() - 1 - i).sameAs(single.get(i))).isTrue();
    }
  }
}
