package org.unmask.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What caches feed, and which of them change nothing. */
class CacheTest {

  private final List<DecodeStep> steps = new ArrayList<>();

  private DecodeResult decode(
      ScriptedDenoiser network, String algorithm, Map<String, Object> options) {
    Map<String, Object> all = new HashMap<>(options);
    all.putIfAbsent("gen-length", 12);
    all.putIfAbsent("block-length", 6);
    steps.clear();
    return new Decoder(network, DecodeResources.none().withEndTokens(0))
        .decode(
            new DecodeRequest(new int[] {1, 2, 3}, DecodeOptions.of(algorithm, all)),
            (i, step) -> steps.add(step));
  }

  private static ScriptedDenoiser network(long seed, int shift) {
    return ScriptedDenoiser.random(seed, 16, shift, 2);
  }

  @ParameterizedTest
  @CsvSource({
    "threshold, prompt-interval-steps, 1, gen-interval-steps, 1, similarity",
    "threshold, prompt-interval-steps, 1, transfer-ratio, 1, similarity",
    "threshold, kv-window, 100, seed, 0, window",
    "rcr, prompt-interval-steps, 1, gen-interval-steps, 1, similarity",
    "klass, prompt-interval-steps, 1, gen-interval-steps, 1, similarity",
  })
  void everythingRecomputed_isNoCache(
      String algorithm, String a, int valueOfA, String b, int valueOfB, String cache) {
    for (int shift = 0; shift < 2; shift++) {
      Map<String, Object> options = new HashMap<>();
      int[] plain = decode(network(5, shift), algorithm, options).ids();
      options.putAll(Map.of(a, valueOfA, b, valueOfB, "cache", cache));
      assertThat(decode(network(5, shift), algorithm, options).ids()).isEqualTo(plain);
    }
  }

  @Test
  void similarity_refreshesByCalls() {
    Map<String, Object> options =
        Map.of(
            "cache",
            "similarity",
            "prompt-interval-steps",
            4,
            "gen-interval-steps",
            3,
            "steps",
            12);
    decode(network(1, 0), "llada-low-confidence", options);
    assertThat(steps)
        .extracting(step -> step.details().get("refresh_prompt"))
        .startsWith(true, false, false, false, true, false);
    assertThat(steps)
        .extracting(step -> step.details().get("refresh_response"))
        .startsWith(true, false, false, true, false, false, true);
    assertThat(steps).allMatch(step -> step.forwardLength() == 15);
  }

  @Test
  void window_computesTheLastTokensAndThoseBeforeThem() {
    Map<String, Object> options =
        Map.of("cache", "window", "kv-window", 2, "tokens-per-step", 3, "steps", 12);
    decode(network(1, 0), "left-to-right", options);
    // the first mask of the call before was at 3, 6, 9: one row before it and everything behind
    assertThat(steps).extracting(DecodeStep::forwardOffset).containsExactly(0, 2, 5, 8);
    decode(network(1, 1), "left-to-right", options);
    assertThat(steps).extracting(DecodeStep::forwardOffset).containsExactly(0, 2, 5, 8);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void blockExact_isExact(long seed) {
    Map<String, Object> options = new HashMap<>(Map.of("block-length", 4, "threshold", 0.5));
    options.put("editing-threshold", 0.3);
    options.put("max-post-steps", 3);
    ScriptedDenoiser network = network(seed, (int) seed % 2);
    int[] plain = decode(network, "t2t-edit", options).ids();
    options.put("cache", "block-exact");
    assertThat(decode(network, "t2t-edit", options).ids()).isEqualTo(plain);
    Map<String, Object> pipelined = new HashMap<>(Map.of("block-length", 4, "skip-threshold", 0.5));
    int[] whole = decode(network, "pipelined-blocks", pipelined).ids();
    pipelined.put("cache", "block-exact");
    assertThat(decode(network, "pipelined-blocks", pipelined).ids()).isEqualTo(whole);
    assertThat(steps.getLast().forwardLength()).isLessThan(15);
  }

  @Test
  void fastDllmV2_subBlockCache_feedsTheSubBlockAlone() {
    Map<String, Object> options = new HashMap<>();
    options.put("gen-length", 8);
    options.put("block-length", 8);
    options.put("small-block-size", 4);
    options.put("threshold", 1);
    options.put("use-block-cache", true);
    options.put("eos-id", 15); // the mask, which is never predicted
    decode(network(3, 1), "fast-dllm-v2", options);
    // the prompt fills three places of the first block
    assertThat(steps)
        .extracting(DecodeStep::forwardLength)
        .contains(8, 4)
        .allMatch(rows -> rows == 8 || rows == 4);
  }
}
