package org.unmask.decode;

import static org.assertj.core.api.Assertions.assertThat;

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
      rows[i + 1] = ScriptedDenoiser.row(10, i, certainties[i]);
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
}
