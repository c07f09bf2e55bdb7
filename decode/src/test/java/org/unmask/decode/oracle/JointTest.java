package org.unmask.decode.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Marginals against sums over all sequences, and the number of answers of each task. */
class JointTest {

  private static final double ROUNDING = 1e-12;

  /** Lists all sequences of a length. */
  private static List<int[]> all(int length, int symbols) {
    List<int[]> all = new ArrayList<>();
    int count = (int) Math.pow(symbols, length);
    for (int code = 0; code < count; code++) {
      int[] sequence = new int[length];
      for (int i = 0, rest = code; i < length; i++, rest /= symbols) {
        sequence[i] = rest % symbols;
      }
      all.add(sequence);
    }
    return all;
  }

  private static void assertMarginalsAreSums(Joint joint, long seed) {
    Random random = new Random(seed);
    List<int[]> all = all(joint.length(), joint.symbols());
    double total = 0;
    for (int[] sequence : all) {
      total += joint.probability(sequence);
    }
    assertThat(total).isCloseTo(1, within(ROUNDING));
    double[] marginals = new double[joint.length() * joint.symbols()];
    for (int trial = 0; trial < 40; trial++) {
      int[] known = new int[joint.length()];
      Arrays.setAll(known, i -> random.nextInt(3) == 0 ? random.nextInt(joint.symbols()) : -1);
      double[] sums = new double[marginals.length];
      double evidence = 0;
      for (int[] sequence : all) {
        if (fits(sequence, known)) {
          double p = joint.probability(sequence);
          evidence += p;
          for (int i = 0; i < sequence.length; i++) {
            sums[i * joint.symbols() + sequence[i]] += p;
          }
        }
      }
      assertThat(joint.probability(known)).isCloseTo(evidence, within(ROUNDING));
      boolean isPossible = joint.marginals(known, marginals);
      assertThat(isPossible)
          .as("seed %d, known %s", seed, Arrays.toString(known))
          .isEqualTo(evidence > 0);
      for (int k = 0; isPossible && k < sums.length; k++) {
        assertThat(marginals[k]).isCloseTo(sums[k] / evidence, within(ROUNDING));
      }
    }
  }

  private static boolean fits(int[] sequence, int[] known) {
    for (int i = 0; i < known.length; i++) {
      if (known[i] >= 0 && known[i] != sequence[i]) {
        return false;
      }
    }
    return true;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "copy-4",
        "reverse-4",
        "sort-4",
        "replace-4",
        "shuffle-4",
        "insert-4",
        "remove-4",
        "markov-5",
        "latin-2",
        "latin-3"
      })
  void marginals_areSumsOverAllSequences(String name) {
    OracleTask task = OracleTask.named(name);
    assertMarginalsAreSums(task.answers(task.prompt()), 5);
  }

  @Test
  void markov_ofUnequalRows_marginalsAreSums() {
    double[][] transition = {{.5, .5, 0}, {.1, .2, .7}, {1, 0, 0}};
    assertMarginalsAreSums(new MarkovChain(5, new double[] {.2, .8, 0}, transition), 6);
  }

  @ParameterizedTest
  @CsvSource({
    "copy-6, 1",
    "replace-6, 6",
    "shuffle-6, 720",
    "insert-6, 7",
    "remove-6, 6",
    "latin-2, 2",
    "latin-3, 12",
    "latin-4, 576"
  })
  void tasks_haveTheRightNumberOfAnswers(String name, int answers) {
    OracleTask task = OracleTask.named(name);
    assertThat(((UniformJoint) task.answers(task.prompt())).size()).isEqualTo(answers);
  }

  @Test
  void answers_followThePrompt() {
    int[] prompt = {2, 0, 1};
    assertThat(OracleTask.named("copy-3").probability(prompt, new int[] {2, 0, 1})).isEqualTo(1);
    assertThat(OracleTask.named("reverse-3").probability(prompt, new int[] {1, 0, 2})).isEqualTo(1);
    assertThat(OracleTask.named("sort-3").probability(prompt, new int[] {0, 1, 2})).isEqualTo(1);
    assertThat(OracleTask.named("replace-3").probability(prompt, new int[] {2, 3, 1}))
        .isCloseTo(1 / 3., within(ROUNDING));
    assertThat(OracleTask.named("remove-3").probability(prompt, new int[] {2, 1}))
        .isCloseTo(1 / 3., within(ROUNDING));
    assertThat(OracleTask.named("insert-3").probability(prompt, new int[] {2, 0, 3, 1}))
        .isEqualTo(.25);
    assertThat(OracleTask.named("shuffle-3").probability(prompt, new int[] {1, 1, 2})).isZero();
  }

  @Test
  void mistakes_areNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OracleTask.named("shufle-4"))
        .withMessageContaining("shuffle-N");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OracleTask.named("shuffle-9"))
        .withMessageContaining("from 2 to 8");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OracleTask.named("copy-3").answers(new int[] {1}))
        .withMessageContaining("3 tokens");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new MarkovChain(3, new double[] {.5, .5}, new double[][] {{1, 0}, {.5, .6}}))
        .withMessageContaining("sum to 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new UniformJoint(2, List.of(new int[] {0, 2})))
        .withMessageContaining("[0, 2]");
  }
}
