package org.unmask.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmask.model.Predictions;

/** How far a position's distribution moves between calls, for ReMix and KLASS. */
class DivergenceTest {

  @Test
  void jensenShannon_isBoundedBothWays() {
    LogitHistory opposite = history(new double[] {1 - 1e-9, 1e-9}, new double[] {1e-9, 1 - 1e-9});
    assertThat(opposite.diverges(0, Math.log(2) - 1e-4)).isTrue();
    assertThat(opposite.diverges(0, Math.log(2) + 1e-4)).isFalse();
    LogitHistory same = history(new double[] {.5, .5}, new double[] {.5, .5});
    assertThat(same.diverges(0, 1e-12)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void divergences_comparedAndSummed_agree(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] p = new double[3][200];
    for (double[] row : p) {
      double spread = random.nextDouble(12);
      Arrays.setAll(row, v -> Math.exp(spread * random.nextGaussian()));
      double sum = Arrays.stream(row).sum();
      Arrays.setAll(row, v -> row[v] / sum);
    }
    LogitHistory history = history(p);
    double js = 0;
    double kl = 0;
    for (int v = 0; v < 200; v++) {
      double a = Math.max(p[2][v], 0x1p-23);
      double b = Math.max(p[1][v], 0x1p-23);
      js += (a * Math.log(2 * a / (a + b)) + b * Math.log(2 * b / (a + b))) / 2;
      kl += p[2][v] * Math.log((p[2][v] + 1e-12) / (p[1][v] + 1e-12));
    }
    assertThat(history.diverges(0, js + 1e-3)).isFalse();
    assertThat(history.diverges(0, js - 1e-3)).isTrue();
    Drift drift = new Drift(1, 2, -1);
    for (double[] row : p) {
      drift.follow(0, predictions(row), 0);
    }
    assertThat(drift.kl(0, 0)).isCloseTo(kl, within(1e-4 * kl));
    assertThat(drift.isBelow(kl * 1.001, 0, 0)).isTrue();
    assertThat(drift.isBelow(kl * .999, 0, 0)).isFalse();
  }

  @Test
  void drift_isTheDivergenceOfNeighbouringCalls() {
    Drift drift = new Drift(1, 2, -1);
    double[][] p = {{.7, .2, .1}, {.6, .3, .1}, {.9, .05, .05}};
    for (double[] row : p) {
      drift.follow(0, predictions(row), 0);
    }
    for (int age = 0; age < 2; age++) {
      double expected = 0;
      for (int v = 0; v < 3; v++) {
        expected += p[2 - age][v] * Math.log(p[2 - age][v] / p[1 - age][v]);
      }
      assertThat(drift.kl(0, age)).isCloseTo(expected, within(1e-6));
    }
  }

  private static LogitHistory history(double[]... rows) {
    LogitHistory history = new LogitHistory(1, 2, -1);
    for (double[] row : rows) {
      history.follow(0, predictions(row), 0);
    }
    return history;
  }

  private static Predictions predictions(double[] row) {
    Predictions predictions = new Predictions();
    predictions.reset(1, row.length);
    int best = 0;
    for (int v = 0; v < row.length; v++) {
      predictions.logits()[v] = (float) Math.log(row[v]);
      best = row[v] > row[best] ? v : best;
    }
    predictions.set(0, best, row[best], row[best], 0, 0);
    return predictions;
  }
}
