package org.unmask.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rules that go block by block: SDAR's, D2F's pipelined blocks, Fast-dLLM v2's sub-blocks. */
class BlockDiffusionTest {

  private static final int MASK = 9;

  @Test
  void blockRules_fillTheQuota() {
    Picks picks = new Picks();
    BlockRule.DYNAMIC.select(new StepFixture(.5, .9, .95, .3).step(), new boolean[4], 1, .8, picks);
    assertThat(picks.ascending()).containsExactly(1, 2);
    picks.clear();
    BlockRule.STATIC.select(new StepFixture(.5, .9, .95, .3).step(), new boolean[4], 1, .8, picks);
    assertThat(picks.ascending()).containsExactly(2);
    picks.clear();
    boolean[] taken = {false, true, false, false};
    BlockRule.SEQUENTIAL.select(new StepFixture(.5, .9, .95, .3).step(), taken, 3, .8, picks);
    assertThat(picks.ascending()).containsExactly(0, 2);
  }

  @Test
  void blockStatic_spreadsEachBlockOverItsSteps() {
    List<Integer> unmasked = new ArrayList<>();
    new Decoder(ScriptedDenoiser.random(3, 10, 0, 2), DecodeResources.none())
        .decode(
            new DecodeRequest(
                new int[4],
                DecodeOptions.of(
                    "block-static",
                    Map.of("gen-length", 8, "block-length", 4, "denoising-steps", 3))),
            (request, step) -> unmasked.add(step.positions().size()));
    assertThat(unmasked).containsExactly(0, 2, 1, 1, 0, 2, 1, 1, 0); // 0 where rows are stored
  }

  @Test
  void pipelinedBlocks_addABlockAndFreeTheNext() {
    List<DecodeStep> steps = new ArrayList<>();
    float[][] rows = new float[9][];
    rows[0] = new float[10];
    double[] certainties = {.95, .5, .5, .5, .95, .5, .5, .5};
    for (int i = 0; i < 8; i++) {
      rows[i + 1] = ScriptedDenoiser.row(10, i, certainties[i]);
    }
    Map<String, Object> options = new HashMap<>();
    options.put("gen-length", 8);
    options.put("block-length", 4);
    options.put("block-add-threshold", .25);
    options.put("decoded-token-threshold", .5);
    options.put("suppress-mask", false);
    DecodeResult result =
        new Decoder(ScriptedDenoiser.table(MASK, rows), DecodeResources.none())
            .decode(
                new DecodeRequest(new int[] {0}, DecodeOptions.of("pipelined-blocks", options)),
                (i, step) -> steps.add(step));
    // the second block comes after one token, and must move once two of the first are there
    assertThat(steps)
        .extracting(DecodeStep::positions)
        .containsExactly(List.of(0), List.of(1, 4), List.of(2, 5), List.of(3, 6), List.of(7));
    assertThat(steps).extracting(DecodeStep::forwardLength).containsExactly(5, 9, 9, 9, 9);
    assertThat(result.nfe()).isEqualTo(5);
  }

  @Test
  void fastDllmV2_fillsSubBlocks_andStartsTheNextBlockForFree() {
    float[] sure = ScriptedDenoiser.row(10, 3, .95);
    ScriptedDenoiser network =
        new ScriptedDenoiser(
            10, MASK, 1, (position, seen, logits) -> System.arraycopy(sure, 0, logits, 0, 10));
    DecodeOptions options =
        DecodeOptions.of(
            "fast-dllm-v2", Map.of("gen-length", 8, "block-length", 4, "small-block-size", 2));
    List<DecodeStep> steps = new ArrayList<>();
    DecodeResult result =
        new Decoder(network, DecodeResources.none())
            .decode(new DecodeRequest(new int[4], options), (request, step) -> steps.add(step));
    assertFillsSubBlocks(steps);
    assertThat(result.ids()).containsOnly(3);
    List<DecodeStep> ended = new ArrayList<>();
    DecodeResult stopped =
        new Decoder(network, DecodeResources.none().withEndTokens(3))
            .decode(new DecodeRequest(new int[4], options), (request, step) -> ended.add(step));
    assertThat(stopped.ids()).containsExactly(3); // kept, and the rest cut off
    assertThat(ended).hasSize(1);
    assertThat(
            new Decoder(network, DecodeResources.none())
                .decode(new DecodeRequest(new int[4], options.with("threshold", 0.96)))
                .nfe())
        .isEqualTo(9); // one at a time
  }

  @Test
  void fastDllmV2_ofAThresholdOfZero_fillsSubBlocks() {
    List<DecodeStep> steps = new ArrayList<>();
    Map<String, Object> options =
        Map.of("gen-length", 8, "block-length", 4, "small-block-size", 2, "threshold", 0);
    DecodeRequest request =
        new DecodeRequest(new int[] {1, 2, 3, 4}, DecodeOptions.of("fast-dllm-v2", options));
    new Decoder(ScriptedDenoiser.random(5, 16, 1, 1), DecodeResources.none())
        .decode(request, (i, step) -> steps.add(step));
    assertFillsSubBlocks(steps);
  }

  private static void assertFillsSubBlocks(List<DecodeStep> steps) {
    assertThat(steps)
        .extracting(DecodeStep::positions)
        .containsExactly(
            List.of(0),
            List.of(1),
            List.of(2, 3),
            List.of(4),
            List.of(5),
            List.of(6, 7),
            List.of());
    assertThat(steps)
        .extracting(DecodeStep::kind)
        .containsExactly(
            DecodeStep.Kind.PREFILL,
            DecodeStep.Kind.DENOISE,
            DecodeStep.Kind.DENOISE,
            DecodeStep.Kind.STORE,
            DecodeStep.Kind.DENOISE,
            DecodeStep.Kind.DENOISE,
            DecodeStep.Kind.STORE);
  }
}
