package org.unmask.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
  void threshold_bf16_makesWhatIsNearlyCertainCertain() {
    assertThat(unmasked("threshold", Map.of("threshold", 1.0), .9985, .9983, .99))
        .containsExactly(List.of(0), List.of(1), List.of(2));
    assertThat(
            unmasked(
                "threshold", Map.of("threshold", 1.0, "score-dtype", "bf16"), .9983, .9985, .99))
        .containsExactly(List.of(0, 1), List.of(2));
    assertThat(Score.bf16(.9)).isEqualTo(0.8984375);
    assertThat(Score.bf16(1 - 0x1p-9)).isEqualTo(1); // half to even
  }

  @Test
  void lowConfidence_endTokensAreKeptBack() {
    List<DecodeResult> results = new ArrayList<>();
    List<List<Integer>> order = new ArrayList<>();
    float[][] rows = new float[4][];
    rows[0] = new float[10];
    for (int i = 1; i < 4; i++) {
      rows[i] = ScriptedDenoiser.row(10, i, .5 + .1 * i);
    }
    rows[3][4] = rows[3][3] - 1;
    for (String flag : List.of("logits-eos-inf", "confidence-eos-eot-inf")) {
      results.add(
          new Decoder(ScriptedDenoiser.table(MASK, rows), DecodeResources.none().withEndTokens(3))
              .decode(
                  new DecodeRequest(
                      new int[] {0},
                      DecodeOptions.of(
                          "llada-low-confidence", Map.of("gen-length", 3, flag, true))),
                  (request, step) -> order.add(step.positions())));
    }
    assertThat(results.getFirst().ids()).containsExactly(1, 2, 4);
    assertThat(results.getLast().ids()).containsExactly(1, 2, 3);
    assertThat(order.subList(3, 6)).containsExactly(List.of(1), List.of(0), List.of(2));
  }

  @Test
  void rcr_ofABlock_leavesEarlierBlocksAlone() {
    for (String scope : List.of("row", "block")) {
      List<Integer> reopened = new ArrayList<>();
      new Decoder(ScriptedDenoiser.random(7, 10, 0, 1), DecodeResources.none())
          .decode(
              new DecodeRequest(
                  new int[] {0},
                  DecodeOptions.of(
                      "rcr",
                      Map.of("gen-length", 24, "block-length", 8, "steps", 12, "scope", scope))),
              (request, step) ->
                  reopened.add((Integer) step.details().get("reopened_earlier_block")));
      assertThat(reopened).as(scope).hasSize(12);
      assertThat(reopened.stream().anyMatch(n -> n > 0)).as(scope).isEqualTo(scope.equals("row"));
    }
  }

  @Test
  void remdm_ofTheAuthors_doublesTheStepsAndStopsAtAnEnd() {
    float[][] rows = new float[17][];
    for (int i = 0; i < 17; i++) {
      rows[i] = ScriptedDenoiser.row(10, i == 2 ? 5 : i % 4, .5 + .02 * i);
    }
    List<List<Integer>> remasked = new ArrayList<>();
    DecodeResult result =
        new Decoder(ScriptedDenoiser.table(MASK, rows), DecodeResources.none().withEndTokens(5))
            .decode(
                new DecodeRequest(
                    new int[] {0},
                    DecodeOptions.of(
                        "remdm",
                        Map.of("gen-length", 16, "block-length", 8, "variant", "authors"))),
                (request, step) -> remasked.add(step.remaskedBefore()));
    assertThat(result.nfe()).isEqualTo(2 * 8); // the second block is not begun
    assertThat(remasked.subList(0, 7)).containsOnly(List.of());
    assertThat(remasked.subList(7, 15))
        .containsOnly(List.of(1)); // 0 is still masked, and less sure
    assertThat(remasked.get(15)).isEmpty();
    assertThat(result.ids()).startsWith(1, 5, 3, 0, 1, 2, 3, 0).endsWith(MASK, MASK);
    assertThatThrownBy(
            () ->
                DecodeOptions.of(
                    "remdm", Map.of("gen-length", 16, "steps", 12, "variant", "authors")))
        .hasMessageContaining("steps 12 do not divide generation length 16");
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
    assertThat(new RunningConfidence("linear", false).quotas(10, 32))
        .containsExactly(4, 3, 3, 3, 3, 4, 3, 3, 3, 3);
    assertThat(new RunningConfidence("cosine", false).quotas(8, 32).stream().mapToInt(i -> i).sum())
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
  void credit_raisesTheLogit() {
    double credit = 0;
    double[] raised = {.4384, .6599, .7974};
    double[] credits = {.8706, 1.5670, 2.1241};
    for (int i = 0; i < 3; i++) {
      credit = credit * .8 + Math.pow(.5, .2);
      assertThat(credit).isCloseTo(credits[i], within(1e-4));
      assertThat(.7 * Math.log1p(credit)).isCloseTo(raised[i], within(1e-4));
    }
    Credits sparse = new Credits(1);
    for (int i = 0; i < 3; i++) {
      sparse.decay(.8);
      sparse.earn(0, 7, (float) Math.pow(.5, .2));
    }
    assertThat(sparse.of(0, 7)).isCloseTo(2.1241, within(1e-4));
  }

  @Test
  void strictThresholds_leaveOutWhatIsEqual() {
    Step step = new StepFixture(.95, .9, .8999, .3).step();
    Picks picks = new Picks();
    BlockRule.DYNAMIC.select(step, new boolean[4], 1, .9, picks);
    assertThat(picks.count()).isEqualTo(1);
    picks.clear();
    new Threshold(.9).select(new StepFixture(.4, .3).step(), picks);
    assertThat(picks.count()).isEqualTo(1);
  }

  @Test
  void sched_boundsFallSmoothly() {
    assertThat(new Sched("linear", 7.5, 2.5, 2).bound(.5)).isEqualTo(5);
    assertThat(new Sched("cosine", 7.5, 2.5, 2).bound(.5)).isCloseTo(5, within(1e-12));
    assertThat(new Sched("cosine", 7.5, 2.5, 2).bound(1)).isCloseTo(2.5, within(1e-12));
    assertThat(new Sched("exponential", 7.5, 2.5, 2).bound(.5))
        .isCloseTo(2.5 + 5 / Math.E, within(1e-12));
  }

  @Test
  void sched_endsWhenTheMeanGapIsWide() {
    // gaps of ln(9 p / (1 - p)): 4.39 at .9 and 1.35 at .3; their mean is 2.87
    Map<String, Object> narrow = Map.of("schedule", "linear", "tau-high", 3, "tau-low", 3);
    Map<String, Object> wide = Map.of("schedule", "linear", "tau-high", 2.8, "tau-low", 2.8);
    assertThat(unmasked("sched", narrow, .9, .3)).containsExactly(List.of(0), List.of(1));
    assertThat(unmasked("sched", wide, .9, .3)).containsExactly(List.of(0, 1));
  }

  @Test
  void prophet_readsTheAnswerOnly() {
    Map<String, Object> options =
        Map.of("answer-start", 1, "answer-length", 1, "threshold-early", 4.3, "threshold-mid", 4.3);
    assertThat(unmasked("prophet", options, .3, .9, .3)).containsExactly(List.of(0, 1, 2));
    assertThat(unmasked("prophet", options, .9, .3, .9).size()).isGreaterThan(1);
  }

  @Test
  void remix_feedsMixturesFromTheThirdCallOn() {
    List<Integer> mixed = new ArrayList<>();
    float[][] rows = new float[5][];
    rows[0] = new float[10];
    for (int i = 1; i < 5; i++) {
      rows[i] = ScriptedDenoiser.row(10, i, .5 - .05 * i);
    }
    ScriptedDenoiser table = ScriptedDenoiser.table(MASK, rows);
    table.onQuery(
        query -> {
          int count = 0;
          for (int r = 0; query.softTokens() != null && r < query.rowCount(); r++) {
            int tokens = query.softTokens().count(r);
            float sum = 0;
            for (int i = 0; i < tokens; i++) {
              sum += query.softTokens().weight(r, i);
            }
            count += tokens > 0 ? 1 : 0;
            assertThat(sum).isCloseTo(tokens > 0 ? 1 : 0, within(1e-6f));
          }
          mixed.add(count);
        });
    new Decoder(table, DecodeResources.none())
        .decode(
            new DecodeRequest(new int[] {0}, DecodeOptions.of("remix", Map.of("gen-length", 4))));
    assertThat(mixed).containsExactly(0, 0, 2, 1); // masks left at the third and fourth call
  }

  @Test
  void klass_waitsUntilADistributionHasSettled() {
    Map<String, Object> options = Map.of("conf-threshold", .6, "kl-history-length", 2);
    // the table never changes: divergences are 27.6 at the first call and 0 from the second on
    assertThat(unmasked("klass", options, .9, .8, .7, .5, .4))
        .containsExactly(List.of(0), List.of(1), List.of(2), List.of(3), List.of(4));
    assertThat(unmasked("klass", Map.of("conf-threshold", .6, "kl-history-length", 1), .9, .8, .7))
        .containsExactly(List.of(0), List.of(1, 2));
  }

  @Test
  void wino_revokesFewerThanTheStepBeforeUnmasked() {
    float[][] rows = new float[7][];
    rows[0] = new float[10];
    for (int i = 1; i < 7; i++) {
      rows[i] = ScriptedDenoiser.row(10, i, i < 5 ? .7 : .3);
    }
    List<DecodeStep> steps = new ArrayList<>();
    Map<String, Object> options = new HashMap<>();
    options.put("gen-length", 6);
    options.put("threshold", .6);
    options.put("threshold-back", .9);
    options.put("suppress-mask", false);
    new Decoder(ScriptedDenoiser.table(MASK, rows), DecodeResources.none())
        .decode(
            new DecodeRequest(new int[] {0}, DecodeOptions.of("wino", options)),
            (i, step) -> steps.add(step));
    // four at once; each later step takes one, and one acceptance verifies nothing
    assertThat(steps)
        .extracting(DecodeStep::positions)
        .containsExactly(List.of(0, 1, 2, 3), List.of(4), List.of(5));
    assertThat(steps).allMatch(step -> step.remasked().isEmpty());
    assertThat(steps.get(1).details().get("shadow_positions")).isEqualTo(List.of(0, 1, 2, 3));
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
