package org.unmask.bench.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmask.decode.DecodeOptions;
import org.unmask.decode.DecodeRequest;
import org.unmask.decode.DecodeResources;
import org.unmask.decode.Decoder;
import org.unmask.decode.oracle.Joint;
import org.unmask.decode.oracle.OracleTask;
import org.unmask.tasks.parallelbench.Recipe.Operation;
import org.unmask.tasks.theory.ClosedForms;
import org.unmask.tasks.theory.DecodingRule;
import org.unmask.tasks.theory.IdealModel;

/** ParallelBench's closed forms against the exact oracles, by sums and by decoding on them. */
class OracleTheoryTest {

  /** The same terms, added up in another order. */
  private static final double ROUNDING = 1e-12;

  private static final Map<String, Operation> TASKS =
      Map.of(
          "copy", Operation.COPY,
          "reverse", Operation.REVERSE,
          "sort", Operation.SORT,
          "replace", Operation.REPLACE_RANDOM,
          "shuffle", Operation.SHUFFLE,
          "insert", Operation.INSERT_RANDOM,
          "remove", Operation.REMOVE_RANDOM);

  /** What decoding from left to right in steps of given sizes comes to, summed over everything. */
  private static final class Sums {
    private final Joint joint;
    private final List<Integer> sizes;
    private double bound;
    private double accuracy;

    Sums(Joint joint, List<Integer> sizes) {
      this.joint = joint;
      this.sizes = sizes;
      int[] known = new int[joint.length()];
      Arrays.fill(known, Joint.UNKNOWN);
      step(0, 0, known, 1);
    }

    private void step(int t, int from, int[] known, double chance) {
      if (t == sizes.size()) {
        accuracy += chance;
        return;
      }
      double[] marginals = new double[joint.length() * joint.symbols()];
      assertThat(joint.marginals(known, marginals)).isTrue();
      double p = joint.probability(known);
      int to = from + sizes.get(t);
      for (int k = from * joint.symbols(); k < to * joint.symbols(); k++) {
        bound += p * entropy(marginals[k]);
      }
      extend(t, from, to, from, known.clone(), chance, marginals, p);
    }

    /** Goes through all that the positions of a step may become together. */
    private void extend(
        int t, int from, int to, int at, int[] known, double chance, double[] marginals, double p) {
      if (at == to) {
        bound -= p * entropy(joint.probability(known) / p);
        step(t + 1, to, known, chance);
        return;
      }
      for (int v = 0; v < joint.symbols(); v++) {
        known[at] = v;
        if (joint.probability(known) > 0) {
          double drawn = marginals[at * joint.symbols() + v];
          extend(t, from, to, at + 1, known, chance * drawn, marginals, p);
        }
      }
      known[at] = Joint.UNKNOWN;
    }

    private static double entropy(double p) {
      return p > 0 ? -p * Math.log(p) / Math.log(2) : 0;
    }
  }

  @Test
  void boundsAndAccuracies_areThoseOfTheOracles() {
    int checked = 0;
    for (Map.Entry<String, Operation> entry : TASKS.entrySet()) {
      for (int n = 2; n <= 5; n++) {
        OracleTask task = OracleTask.named(entry.getKey() + "-" + n);
        Operation operation = entry.getValue();
        assertThat(task.length()).isEqualTo(ClosedForms.positions(operation, n));
        for (int k = 1; k <= task.length(); k++) {
          List<Integer> sizes = DecodingRule.topK(task.length(), k);
          Sums sums = new Sums(task.answers(task.prompt()), sizes);
          String name = task + " by " + k;
          assertThat(sums.bound)
              .as(name)
              .isCloseTo(IdealModel.of(operation, n).lowerBound(sizes), within(ROUNDING));
          ClosedForms.lowerBound(operation, n, sizes)
              .ifPresent(b -> assertThat(sums.bound).as(name).isCloseTo(b, within(ROUNDING)));
          var accuracy = ClosedForms.accuracy(operation, n, new DecodingRule.Sampling(sizes));
          if (accuracy.isPresent()) {
            assertThat(sums.accuracy).as(name).isCloseTo(accuracy.getAsDouble(), within(ROUNDING));
            checked++;
          }
        }
        assertThat(new Sums(task.answers(task.prompt()), List.of(task.length())).bound)
            .isCloseTo(ClosedForms.totalCorrelation(operation, n), within(ROUNDING));
      }
    }
    assertThat(checked).isGreaterThan(60);
  }

  private static final int DRAWS = 4000;

  /** Within three standard deviations of a share. */
  private static void assertShare(
      OracleTask task, String algorithm, Map<String, ?> more, double p) {
    Map<String, Object> options = new HashMap<>(more);
    options.put("gen-length", task.length());
    DecodeOptions checked = DecodeOptions.of(algorithm, options);
    int[] right = new int[1];
    new Decoder(task.denoiser(), DecodeResources.none())
        .decodeAll(
            IntStream.range(0, DRAWS)
                .mapToObj(i -> new DecodeRequest(task.prompt(), checked, i))
                .iterator(),
            64,
            (i, result) -> right[0] += task.probability(task.prompt(), result.ids()) > 0 ? 1 : 0,
            null);
    assertThat(right[0] / (double) DRAWS)
        .as("%s on %s, %s", algorithm, task, more)
        .isCloseTo(p, within(3 * Math.sqrt(p * (1 - p) / DRAWS) + 1e-12));
  }

  @ParameterizedTest
  @CsvSource({
    "shuffle, 4, 1", "shuffle, 4, 2", "shuffle, 6, 3", "shuffle, 4, 4",
    "replace, 6, 1", "replace, 6, 2", "replace, 6, 3", "replace, 8, 8",
    "insert, 5, 6", "remove, 6, 5", "copy, 6, 6"
  })
  void sampling_onTheOracle_isTheClosedForm(String kind, int n, int k) {
    OracleTask task = OracleTask.named(kind + "-" + n);
    int steps = task.length() / k;
    assertThat(steps * k).isEqualTo(task.length());
    double closed =
        ClosedForms.accuracy(TASKS.get(kind), n, DecodingRule.sampling(task.length(), k))
            .orElseThrow();
    assertShare(task, "llada-random", Map.of("temperature", 1, "steps", steps), closed);
  }

  /** A temperature near 0 breaks ties at random and does nothing else. */
  @ParameterizedTest
  @CsvSource({
    "shuffle, 4, 2",
    "shuffle, 6, 3",
    "replace, 6, 1",
    "replace, 6, 2",
    "replace, 6, 3",
    "insert, 4, 5",
    "remove, 5, 4",
    "sort, 6, 6"
  })
  void greedy_onTheOracle_isTheClosedForm(String kind, int n, int k) {
    OracleTask task = OracleTask.named(kind + "-" + n);
    double closed =
        ClosedForms.accuracy(TASKS.get(kind), n, DecodingRule.greedy(task.length(), k))
            .orElseThrow();
    Map<String, Object> options = Map.of("temperature", 1e-6, "steps", task.length() / k);
    assertShare(task, "llada-low-confidence", options, closed);
  }

  @ParameterizedTest
  @CsvSource({"shuffle, 5, 0.6", "shuffle, 5, 0.4", "shuffle, 4, 0.2", "replace, 5, 0.85"})
  void threshold_onTheOracle_isTheClosedForm(String kind, int n, double threshold) {
    OracleTask task = OracleTask.named(kind + "-" + n);
    double closed =
        ClosedForms.accuracy(TASKS.get(kind), n, new DecodingRule.Threshold(threshold))
            .orElseThrow();
    Map<String, Object> options = Map.of("temperature", 1e-6, "threshold", threshold);
    assertShare(task, "threshold", options, closed);
  }
}
