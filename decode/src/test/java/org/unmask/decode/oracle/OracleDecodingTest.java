package org.unmask.decode.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeResources;
import org.unmask.decode.DecodeResult;
import org.unmask.decode.Decoder;
import org.unmask.model.Denoiser;
import org.unmask.model.Query;

/** Strategies on networks that cannot err: what goes wrong is the strategy's doing. */
class OracleDecodingTest {

  /** Share of right answers and mean calls over many draws. */
  record Outcome(double accuracy, double nfe, Map<String, Integer> counts) {}

  private static Outcome decode(
      OracleTask task, String algorithm, Map<String, Object> more, int n) {
    Map<String, Object> options = new HashMap<>(more);
    options.put("gen-length", task.length());
    options.putIfAbsent("block-length", task.length());
    DecodeOptions checked = DecodeOptions.of(algorithm, options);
    List<DecodeRequest> requests =
        IntStream.range(0, n).mapToObj(i -> new DecodeRequest(task.prompt(), checked, i)).toList();
    Map<String, Integer> counts = new HashMap<>();
    double[] sums = new double[2];
    DecodeResources resources = DecodeResources.none().withAuxiliary(task.causalModel());
    new Decoder(task.denoiser(), resources)
        .decodeAll(
            requests.iterator(),
            64,
            (i, result) -> {
              sums[0] += task.probability(task.prompt(), result.ids()) > 0 ? 1 : 0;
              sums[1] += result.nfe();
              counts.merge(Arrays.toString(result.ids()), 1, Integer::sum);
            },
            null);
    return new Outcome(sums[0] / n, sums[1] / n, counts);
  }

  /** Everything that is certain, in one call, whatever the rule; and nothing else is. */
  @ParameterizedTest
  @ValueSource(strings = {"threshold", "factor", "eb", "klass", "localleap", "wino", "saber"})
  void deterministicTasks_areNeverWrong(String algorithm) {
    for (String name : List.of("copy-6", "reverse-6", "sort-6")) {
      Outcome outcome = decode(OracleTask.named(name), algorithm, Map.of(), 1);
      assertThat(outcome.accuracy()).as("%s %s", algorithm, name).isEqualTo(1);
      assertThat(outcome.nfe()).as("%s %s", algorithm, name).isLessThan(6);
    }
  }

  @ParameterizedTest
  @CsvSource({"copy-6, 1", "sort-6, 1", "shuffle-6, 6"})
  void oracle_needsAsManyCallsAsThereAreChoices(String name, int nfe) {
    Outcome outcome = decode(OracleTask.named(name), "oracle", Map.of(), 1);
    assertThat(outcome.accuracy()).isEqualTo(1);
    assertThat(outcome.nfe()).isLessThanOrEqualTo(nfe);
  }

  /** Above one half, the threshold rule only takes a shuffled item when it is the last. */
  @Test
  void threshold_onShuffle_isExact() {
    OracleTask task = OracleTask.named("shuffle-5");
    Map<String, Object> sure = Map.of("threshold", .51, "temperature", 1);
    assertThat(decode(task, "threshold", sure, 50)).matches(o -> o.accuracy() == 1 && o.nfe() == 5);
    // at one half the last two are taken together, and agree in half of the cases
    Map<String, Object> half = Map.of("threshold", .5, "temperature", 1);
    Outcome outcome = decode(task, "threshold", half, 4000);
    assertThat(outcome.nfe()).isEqualTo(4);
    assertThat(outcome.accuracy()).isCloseTo(.5, within(3 * Math.sqrt(.25 / 4000)));
  }

  /** One token per step draws from the very distribution: chi-square over all answers. */
  @ParameterizedTest
  @ValueSource(strings = {"llada-random", "left-to-right"})
  void onePerStep_samplesTheDistribution(String algorithm) {
    OracleTask task = OracleTask.named("shuffle-4");
    Outcome one = decode(task, algorithm, Map.of("temperature", 1), 4800);
    assertThat(one.accuracy()).isEqualTo(1);
    assertThat(chiSquare(one, 4800 / 24., 24)).isLessThan(49.7); // 99.9 %, 23 degrees of freedom
    Outcome two = decode(task, algorithm, Map.of("temperature", 1, "steps", 2), 4800);
    assertThat(two.accuracy()).isCloseTo(3 / 8., within(3 * Math.sqrt(.375 * .625 / 4800)));
  }

  private static double chiSquare(Outcome outcome, double expected, int cells) {
    double sum = (cells - outcome.counts().size()) * expected;
    for (int count : outcome.counts().values()) {
      sum += (count - expected) * (count - expected) / expected;
    }
    return sum;
  }

  /** With an exact causal model and R = 0, APD draws from the joint distribution. */
  @Test
  void apd_withTheCausalModelAlone_samplesTheDistribution() {
    OracleTask task = OracleTask.named("shuffle-4");
    Map<String, Object> exact = Map.of("temperature", 1, "apd-mixture-weight", 0);
    Outcome outcome = decode(task, "apd", exact, 4800);
    assertThat(outcome.accuracy()).isEqualTo(1);
    assertThat(outcome.nfe()).isBetween(1.5, 4.0);
    assertThat(chiSquare(outcome, 4800 / 24., 24)).isLessThan(49.7);
    Map<String, Object> alone = Map.of("temperature", 1, "apd-mixture-weight", 1);
    Outcome biased = decode(task, "apd", alone, 4800); // takes all at once
    assertThat(biased.nfe()).isEqualTo(1);
    assertThat(biased.accuracy()).isCloseTo(24 / 256., within(3 * Math.sqrt(.085 / 4800)));
  }

  /** What a cache has not been told it cannot know: twice the same item. */
  @Test
  void staleCache_knowsLess() {
    OracleTask task = OracleTask.named("shuffle-4");
    Map<String, Object> options = new HashMap<>(Map.of("temperature", 1, "block-length", 2));
    assertThat(decode(task, "llada-low-confidence", options, 400).accuracy()).isEqualTo(1);
    options.put("cache", "prefix");
    assertThat(decode(task, "llada-low-confidence", options, 400).accuracy()).isEqualTo(1);
    options.put("cache", "dual"); // the block sees all that is before it
    assertThat(decode(task, "llada-low-confidence", options, 400).accuracy()).isEqualTo(1);
  }

  @Test
  void predictions_areTheMarginals() {
    OracleTask task = OracleTask.named("replace-4");
    Denoiser denoiser = task.denoiser();
    int mask = denoiser.maskId();
    int[] canvas = {0, 1, 2, 3, mask, 1, mask, mask};
    Query query = new Query().rows(canvas, 0, 8).predict(new int[] {4, 5, 6}, 3).wantLogits(true);
    denoiser.forward(List.of(query));
    assertThat(query.predictions().token(0)).isZero();
    assertThat(query.predictions().confidence(0)).isCloseTo(2 / 3., within(1e-15));
    assertThat(query.predictions().second(0)).isCloseTo(1 / 3., within(1e-15));
    assertThat(query.predictions().confidence(1)).isEqualTo(1);
    assertThat(query.predictions().entropy(1)).isZero();
    assertThat(query.predictions().entropy(2))
        .isCloseTo(Math.log(3) - 2 / 3. * Math.log(2), within(1e-14));
    assertThat(query.predictions().logits()[4]).isCloseTo((float) Math.log(1 / 3.), within(1e-6f));
    assertThat(query.predictions().logits()[mask]).isEqualTo(-10_000);
  }

  @Test
  void causalModel_seesWhatIsBefore() {
    OracleTask task = OracleTask.named("shuffle-3");
    Denoiser model = task.causalModel();
    Query query = new Query().rows(new int[] {0, 1, 2, 1, 0}, 0, 5);
    query.predict(new int[] {3, 4, 5}, 3);
    model.forward(List.of(query));
    assertThat(query.predictions().top(0)).isCloseTo(1 / 3., within(1e-15));
    assertThat(query.predictions().top(1)).isEqualTo(.5);
    assertThat(query.predictions().top(2)).isEqualTo(1);
    assertThat(query.predictions().token(2)).isEqualTo(2);
  }

  @Test
  void impossibleSight_fallsBackToThePrior() {
    OracleTask task = OracleTask.named("shuffle-3");
    int mask = task.symbols();
    Query query = new Query().rows(new int[] {0, 1, 2, 1, 1, mask}, 0, 6).predict(new int[] {5}, 1);
    task.denoiser().forward(List.of(query));
    assertThat(query.predictions().top(0)).isCloseTo(1 / 3., within(1e-15));
  }

  @Test
  void attention_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> decode(OracleTask.named("copy-4"), "dawn", Map.of(), 1))
        .withMessageContaining("no attention");
  }

  @Test
  void batches_giveTheBitsOfARunAlone() {
    OracleTask task = OracleTask.named("markov-12");
    DecodeOptions options =
        DecodeOptions.of(
            "factor", Map.of("gen-length", 12, "temperature", 1, "factor", 1.5, "seed", 3));
    List<DecodeRequest> requests =
        IntStream.range(0, 20).mapToObj(i -> new DecodeRequest(task.prompt(), options, i)).toList();
    Decoder decoder = new Decoder(task.denoiser(), DecodeResources.none());
    Map<Integer, DecodeResult> together = new HashMap<>();
    decoder.decodeAll(requests.iterator(), 7, together::put, null);
    for (int i = 0; i < 20; i++) {
      assertThat(together.get(i).ids()).isEqualTo(decoder.decode(requests.get(i)).ids());
    }
  }
}
