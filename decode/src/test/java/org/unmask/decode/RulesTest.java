package org.unmask.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The rules on hand-made certainties; vectors of the specification, section 15. */
class RulesTest {

  private static final int MASK = 9;

  /** Decodes one block whose i-th position has the i-th certainty and the token i. */
  private static List<List<Integer>> unmasked(
      String algorithm, Map<String, Object> options, double... certainties) {
    float[][] rows = new float[certainties.length + 1][];
    rows[0] = new float[10];
    for (int i = 0; i < certainties.length; i++) {
      rows[i + 1] = ScriptedDenoiser.row(10, Math.min(i, 8), certainties[i]);
    }
    Map<String, Object> all = new HashMap<>(options);
    all.put("gen-length", certainties.length);
    all.put("block-length", certainties.length);
    all.put("suppress-mask", false);
    List<List<Integer>> steps = new ArrayList<>();
    DecodeResult result =
        new Decoder(ScriptedDenoiser.table(MASK, rows), DecodeResources.none())
            .decode(
                new DecodeRequest(new int[] {0}, DecodeOptions.of(algorithm, all)),
                (request, step) -> steps.add(step.positions()));
    assertThat(result.nfe()).isEqualTo(steps.size());
    return steps;
  }

  @Test
  void threshold_takesEqualScoresAndAlwaysTheBest() {
    Map<String, Object> options = Map.of("threshold", 0.9);
    assertThat(unmasked("threshold", options, .95, .9001, .8999, .3).getFirst())
        .containsExactly(0, 1);
    assertThat(unmasked("threshold", options, .3, .4)).containsExactly(List.of(1), List.of(0));
  }

  @Test
  void threshold_scoreEqualToIt_isTaken() {
    Step step = new StepFixture(.95, .9, .8999, .3).step();
    Picks picks = new Picks();
    new Threshold(.9).select(step, picks);
    assertThat(picks.count()).isEqualTo(2);
  }

  private static int factor(boolean quirk, double... certainties) {
    Picks picks = new Picks();
    new Factor(1, quirk).select(new StepFixture(certainties).step(), picks);
    return picks.count();
  }

  @Test
  void factor_takesWhatTheCertaintiesBear() {
    assertThat(factor(true, .99, .97, .70, .60, .50)).isEqualTo(2);
    assertThat(factor(false, .99, .97, .70, .60, .50)).isEqualTo(2);
    assertThat(factor(true, .99, .97, .95, .80, .50)).isEqualTo(5);
    assertThat(factor(false, .99, .97, .95, .80, .50)).isEqualTo(4);
    assertThat(factor(true, .99, .20)).isEqualTo(2);
    assertThat(factor(false, .99, .20)).isEqualTo(1);
    assertThat(factor(true, .30)).isEqualTo(1);
  }

  @Test
  void lowConfidence_takesTheBestFirst() {
    assertThat(unmasked("llada-low-confidence", Map.of("steps", 4), .5, .9, .7, .6))
        .containsExactly(List.of(1), List.of(2), List.of(3), List.of(0));
    assertThat(unmasked("llada-low-confidence", Map.of("steps", 2), .5, .9, .7, .6))
        .containsExactly(List.of(1, 2), List.of(0, 3));
  }

  @Test
  void lowConfidence_tie_takesTheLowestPosition() {
    assertThat(unmasked("llada-low-confidence", Map.of(), .5, .9, .9))
        .containsExactly(List.of(1), List.of(2), List.of(0));
  }

  @Test
  void leftToRight_takesTheLeftmost() {
    assertThat(unmasked("left-to-right", Map.of("tokens-per-step", 2), .1, .9, .3))
        .containsExactly(List.of(0, 1), List.of(2));
    assertThat(unmasked("left-to-right", Map.of("steps", 3), .1, .9, .3))
        .containsExactly(List.of(0), List.of(1), List.of(2));
  }

  @Test
  void dreamConfidenceThreshold_neverTakesMoreThanIsDue() {
    Map<String, Object> options = Map.of("steps", 2, "threshold", 0.9);
    assertThat(unmasked("dream-confidence-threshold", options, .99, .98, .97, .96))
        .containsExactly(List.of(0, 1), List.of(2, 3));
    assertThat(unmasked("dream-confidence-threshold", options, .5, .6, .7, .8))
        .containsExactly(List.of(3), List.of(2), List.of(1), List.of(0));
  }

  @Test
  void eb_takesWhatTheBudgetBears() {
    // entropies of the fixture are 1 - certainty
    double[] certainties = {.99, .98, .95, .8, .1};
    assertThat(eb(.1, certainties)).isEqualTo(4);
    assertThat(eb(.02, certainties)).isEqualTo(2);
    assertThat(eb(.001, certainties)).isEqualTo(1);
  }

  private static int eb(double gamma, double... certainties) {
    Picks picks = new Picks();
    new EbSampler(gamma).select(new StepFixture(certainties).step(), picks);
    return picks.count();
  }

  @Test
  void localLeap_relaxesNearAnchorsOnly() {
    assertThat(
            unmasked("localleap", Map.of("radius", 1, "threshold", 0.9), .95, .8, .8, .7)
                .getFirst())
        .containsExactly(0, 1);
    assertThat(unmasked("localleap", Map.of("radius", 1), .8, .7, .6).getFirst())
        .containsExactly(0);
  }

  @Test
  void wino_capsWhatItTakes() {
    assertThat(Wino.cap(128)).isEqualTo(20);
    assertThat(Wino.cap(20)).isEqualTo(14);
    assertThat(Wino.cap(10)).isEqualTo(7);
    assertThat(Wino.cap(6)).isEqualTo(5);
  }

  @Test
  void wino_thresholdBackOfZero_neverRevokes() {
    List<List<Integer>> steps =
        unmasked("wino", Map.of("threshold", 0.5, "threshold-back", 0), .9, .8, .4, .3);
    assertThat(steps).containsExactly(List.of(0, 1), List.of(2), List.of(3));
  }

  @Test
  void saber_setsBackFewerThanItUnmasks() {
    assertThat(Saber.backtracked(2, 2)).isEqualTo(1);
    assertThat(Saber.backtracked(2, 8)).isEqualTo(1);
    assertThat(Saber.backtracked(2, 9)).isEqualTo(2);
    assertThat(Saber.backtracked(2, 17)).isEqualTo(3);
    assertThat(Saber.backtracked(2, 1)).isZero();
  }

  @Test
  void rcr_spreadsTheQuotasAsMaskGitDoes() {
    assertThat(new RunningConfidence("linear").quotas(10, 32))
        .containsExactly(4, 3, 3, 3, 3, 4, 3, 3, 3, 3);
    assertThat(new RunningConfidence("cosine").quotas(8, 32).stream().mapToInt(i -> i).sum())
        .isEqualTo(32);
  }

  @Test
  void credit_growsAndDecays() {
    List<Object> credits = new ArrayList<>();
    float[][] rows = {
      new float[10],
      ScriptedDenoiser.row(10, 0, .9),
      ScriptedDenoiser.row(10, 1, .8),
      ScriptedDenoiser.row(10, 2, .5)
    };
    Map<String, Object> options = new HashMap<>();
    options.put("gen-length", 3);
    options.put("threshold", 1);
    options.put("maximum-unroll", 1);
    options.put("suppress-mask", false);
    new Decoder(ScriptedDenoiser.table(MASK, rows), DecodeResources.none())
        .decode(
            new DecodeRequest(new int[] {0}, DecodeOptions.of("credit", options)),
            (request, step) -> credits.addAll((List<?>) step.details().get("credit")));
    // the position of probability 1/2 is unmasked at the third call: 2.1241 by the specification
    assertThat((double) credits.get(2)).isCloseTo(2.1241, within(1e-4));
    assertThat(.7 * Math.log1p(.8706)).isCloseTo(.4384, within(1e-4));
  }

  @Test
  void dus_halvesTheStride() {
    assertThat(unmasked("dus", Map.of(), .1, .1, .1, .1, .1, .1, .1, .1))
        .containsExactly(List.of(0, 4), List.of(2, 6), List.of(1, 3, 5, 7));
  }

  @Test
  void gumbelNoise_ofOneHalf() {
    Draws half = (request, step, position, purpose, index) -> .5;
    DecodeRequest request =
        new DecodeRequest(
            new int[] {0}, DecodeOptions.of("threshold", Map.of()), 0, Map.of(), half);
    DecodeContext context =
        new DecodeContext(
            ScriptedDenoiser.random(1, 10, 0, 1), DecodeResources.none(), request, Watch.NOTHING);
    assertThat(context.gumbel(0, 1, 2)).isCloseTo(.36651, within(1e-5));
  }

  @Test
  void filter_has2112Parameters() {
    int width = FilterModel.WIDTH;
    assertThat(2 * (width * width + width)).isEqualTo(2112);
    float[] identity = new float[width * width];
    for (int i = 0; i < width; i++) {
      identity[i * width + i] = 1;
    }
    FilterModel filter = new FilterModel(identity, new float[width], identity, new float[width]);
    assertThat(filter.logits(new float[] {.5f, -1f, .25f}, 3)).startsWith(.5f, 0f, .25f);
  }

  @Test
  void hierarchy_takesTheBestOfEveryRun() {
    assertThat(unmasked("hierarchy", Map.of("maximum-unroll", 1), .5, .6, .95, .5, .45, .3))
        .containsExactly(List.of(2), List.of(1, 3), List.of(0, 4), List.of(5));
  }

  @Test
  void adablock_endsAtTheSurestDelimiter() {
    List<List<Integer>> steps =
        unmasked(
            "adablock",
            Map.of("delimiter-ids", "1,2", "init-block-length", 8, "threshold", 0),
            .9,
            .5,
            .6,
            .9,
            .9,
            .9,
            .9,
            .9,
            .9,
            .9,
            .9,
            .9);
    assertThat(steps.getFirst()).containsExactly(0, 1, 2);
    assertThat(steps.get(1)).containsExactly(3, 4, 5, 6, 7, 8, 9, 10);
  }
}
