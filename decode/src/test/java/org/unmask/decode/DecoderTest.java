package org.unmask.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class DecoderTest {

  private static DecodeRequest request(String algorithm, Map<String, Object> options) {
    return new DecodeRequest(new int[] {1, 2, 3}, DecodeOptions.of(algorithm, options));
  }

  private static ScriptedDenoiser denoiser(int shift) {
    return ScriptedDenoiser.random(5, 16, shift, 1);
  }

  private static Decoder decoder(ScriptedDenoiser denoiser) {
    return new Decoder(denoiser, DecodeResources.none());
  }

  @Test
  void onlyCandidatesArePredicted() {
    ScriptedDenoiser denoiser = denoiser(0);
    decoder(denoiser)
        .decode(request("llada-low-confidence", Map.of("gen-length", 8, "block-length", 4)));
    assertThat(denoiser.calls)
        .extracting(c -> c.predicted().getFirst())
        .containsExactly(4, 3, 2, 1, 4, 3, 2, 1);
    assertThat(denoiser.calls).allMatch(c -> c.rows().equals(List.of(11)));
  }

  @Test
  void prefixCache_feedsFromTheBlockOn() {
    ScriptedDenoiser denoiser = denoiser(0);
    DecodeResult result =
        decoder(denoiser)
            .decode(
                request(
                    "llada-low-confidence",
                    Map.of("gen-length", 4, "block-length", 2, "cache", "prefix")));
    assertThat(denoiser.calls).extracting(c -> c.rows().getFirst()).containsExactly(7, 4, 7, 2);
    assertThat(denoiser.calls).allMatch(c -> c.keys().equals(List.of(7)));
    assertThat(result.nfe()).isEqualTo(4);
    assertThat(result.prefillNfe()).isEqualTo(2);
    assertThat(result.decodeNfe()).isEqualTo(2);
    assertThat(result.queryRows()).isEqualTo(20);
    assertThat(result.keyRows()).isEqualTo(28);
  }

  @Test
  void delayedCache_reloadedAtEveryCall_isNoCache() {
    Map<String, Object> options = Map.of("gen-length", 8, "block-length", 8, "steps", 8);
    DecodeRequest plain = request("llada-low-confidence", options);
    DecodeRequest delayed =
        new DecodeRequest(
            plain.prompt(),
            plain.options().with("cache", "delayed").with("cache-reloading-step", 1));
    assertThat(decoder(denoiser(0)).decode(delayed).ids())
        .isEqualTo(decoder(denoiser(0)).decode(plain).ids());
  }

  @Test
  void delayedCache_feedsMasksAndTheLastTokens() {
    ScriptedDenoiser denoiser = denoiser(0);
    DecodeRequest plain =
        request("llada-low-confidence", Map.of("gen-length", 6, "block-length", 6, "steps", 6));
    decoder(denoiser)
        .decode(new DecodeRequest(plain.prompt(), plain.options().with("cache", "delayed")));
    assertThat(denoiser.calls)
        .extracting(c -> c.rows().getFirst())
        .containsExactly(9, 9, 5, 4, 3, 2);
  }

  @Test
  void givenTokens_stayAndAreNotAskedFor() {
    DecodeRequest plain = request("threshold", Map.of("gen-length", 8, "block-length", 4));
    DecodeRequest infill =
        new DecodeRequest(
            plain.prompt(), plain.options(), 0, Map.of(0, 7, 1, 7, 2, 7, 3, 7, 6, 5), Draws.SEEDED);
    ScriptedDenoiser denoiser = denoiser(0);
    DecodeResult result = decoder(denoiser).decode(infill);
    assertThat(result.ids()).startsWith(7, 7, 7, 7).doesNotContain(15);
    assertThat(result.ids()[6]).isEqualTo(5);
    assertThat(denoiser.calls.getFirst().predicted()).containsExactly(3);
  }

  @Test
  void dualCache_feedsTheBlockOnly() {
    ScriptedDenoiser denoiser = denoiser(0);
    decoder(denoiser)
        .decode(
            request(
                "llada-low-confidence",
                Map.of("gen-length", 4, "block-length", 2, "cache", "dual")));
    assertThat(denoiser.calls).extracting(c -> c.rows().getFirst()).containsExactly(7, 2, 7, 2);
    assertThat(denoiser.calls).allMatch(c -> c.keys().equals(List.of(7)));
  }

  @Test
  void dreamCache_entryUnmasksTheFirstPositionOnly() {
    List<List<Integer>> positions = new ArrayList<>();
    decoder(denoiser(1))
        .decode(
            request(
                "dream-confidence-threshold",
                Map.of("gen-length", 8, "block-length", 4, "cache", "dual", "threshold", 0)),
            (i, step) -> positions.add(step.positions()));
    assertThat(positions)
        .containsExactly(List.of(0), List.of(1, 2, 3), List.of(4), List.of(5, 6, 7));
  }

  @Test
  void firstRelease_makesAnIdleCallForAFullBlock() {
    Map<String, Object> options =
        Map.of("gen-length", 8, "block-length", 4, "cache", "prefix", "threshold", 0);
    assertThat(decoder(denoiser(0)).decode(request("threshold", options)).nfe()).isEqualTo(2);
    List<DecodeStep> steps = new ArrayList<>();
    DecodeRequest first =
        new DecodeRequest(
            new int[] {1, 2, 3},
            DecodeOptions.of("threshold", options).with("first-release", true));
    decoder(denoiser(0)).decode(first, (i, step) -> steps.add(step));
    assertThat(steps).extracting(DecodeStep::block).containsExactly(0, -1, 1, -1);
    assertThat(steps).extracting(DecodeStep::forwardLength).containsExactly(11, 8, 11, 4);
  }

  @Test
  void thresholdOfOne_isOneTokenPerStep() {
    Map<String, Object> options = Map.of("gen-length", 8, "block-length", 8);
    int[] sequential = decoder(denoiser(0)).decode(request("llada-low-confidence", options)).ids();
    DecodeResult parallel =
        decoder(denoiser(0))
            .decode(
                request("threshold", Map.of("gen-length", 8, "block-length", 8, "threshold", 1.0)));
    assertThat(parallel.ids()).isEqualTo(sequential);
    assertThat(parallel.nfe()).isEqualTo(8);
    assertThat(parallel.tokensPerStep()).isEqualTo(1);
  }

  @Test
  void thresholdOfZero_fillsABlockAtOnce() {
    DecodeResult result =
        decoder(denoiser(0))
            .decode(
                request("threshold", Map.of("gen-length", 8, "block-length", 4, "threshold", 0)));
    assertThat(result.nfe()).isEqualTo(2);
    assertThat(result.tokensPerStep()).isEqualTo(4);
  }

  @Test
  void resultsComeAsSequencesFinish() {
    List<Integer> order = new ArrayList<>();
    List<DecodeRequest> requests =
        List.of(
            request("llada-low-confidence", Map.of("gen-length", 8)),
            request("threshold", Map.of("gen-length", 8, "threshold", 0)),
            request("threshold", Map.of("gen-length", 4, "threshold", 0)));
    ScriptedDenoiser denoiser = denoiser(0);
    decoder(denoiser).decodeAll(requests.iterator(), 2, (i, result) -> order.add(i), null);
    assertThat(order).containsExactly(1, 2, 0);
    assertThat(denoiser.calls).hasSize(8);
    assertThat(denoiser.calls.get(1).rows()).containsExactly(11, 7);
  }

  @Test
  void roundsCountSequences_notTheirQueries() {
    List<DecodeRequest> requests =
        List.of(
            request("llada-low-confidence", Map.of("gen-length", 4, "cfg-scale", 1)),
            request("threshold", Map.of("gen-length", 4, "threshold", 0)));
    List<Integer> rounds = new ArrayList<>();
    ScriptedDenoiser denoiser = denoiser(0);
    decoder(denoiser)
        .decodeAll(
            requests.iterator(),
            2,
            new Decoder.ResultSink() {
              @Override
              public void accept(int request, DecodeResult result) {}

              @Override
              public void onRound(int sequences) {
                rounds.add(sequences);
              }
            },
            null);
    assertThat(rounds).containsExactly(2, 1, 1, 1);
    assertThat(denoiser.calls.getFirst().rows()).hasSize(3); // guidance asks twice
  }

  @Test
  void keptTokensEndAtTheFirstEndToken() {
    float[][] rows = new float[5][];
    for (int i = 0; i < 5; i++) {
      rows[i] = ScriptedDenoiser.row(4, i == 3 ? 2 : 1, 0.9);
    }
    DecodeRequest request =
        new DecodeRequest(
            new int[] {0}, DecodeOptions.of("threshold", Map.of("gen-length", 4, "threshold", 0)));
    DecodeResult result =
        new Decoder(ScriptedDenoiser.table(3, rows), DecodeResources.none().withEndTokens(2))
            .decode(request);
    assertThat(result.ids()).containsExactly(1, 1, 2, 1);
    assertThat(result.keptTokens()).isEqualTo(2);
    assertThat(result.keptTokensPerStep()).isEqualTo(2);
    assertThat(result.tokensPerStep()).isEqualTo(4);
  }

  @Test
  void interruptEndsTheWork() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> decoder(denoiser(0)).decode(request("threshold", Map.of())))
          .isInstanceOf(CancellationException.class);
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void badInput_isNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DecodeRequest(new int[0], DecodeOptions.of("threshold", Map.of())))
        .withMessageContaining("no tokens");
    DecodeRequest foreign =
        new DecodeRequest(new int[] {99}, DecodeOptions.of("threshold", Map.of()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> decoder(denoiser(0)).decode(foreign))
        .withMessageContaining("[0, 16)");
    ScriptedDenoiser causal = new ScriptedDenoiser(4, -1, 1, (position, seen, logits) -> {});
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                decoder(causal)
                    .decode(
                        new DecodeRequest(new int[] {1}, DecodeOptions.of("threshold", Map.of()))))
        .withMessageContaining("no mask token");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                decoder(denoiser(0))
                    .decode(new DecodeRequest(new int[] {1}, DecodeOptions.of("ar", Map.of()))))
        .withMessage(
            "the algorithm needs a causal model, such as unmask-qwen-ar-6m, and this one is"
                + " bidirectional");
  }

  @Test
  void delayedCache_shiftedLogits_isRefused() {
    DecodeRequest delayed = request("threshold", Map.of("cache", "delayed"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> decoder(denoiser(1)).decode(delayed))
        .withMessageContaining("use cache none, prefix or dual");
  }
}
