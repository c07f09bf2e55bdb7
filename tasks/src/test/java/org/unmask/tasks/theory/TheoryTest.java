package org.unmask.tasks.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmask.tasks.parallelbench.Recipe.Operation;

class TheoryTest {

  /** Closed forms and enumeration add up the same terms in another order. */
  private static final double ROUNDING = 1e-12;

  private static final List<Operation> RANDOM_TASKS =
      List.of(
          Operation.SHUFFLE,
          Operation.REPLACE_RANDOM,
          Operation.INSERT_RANDOM,
          Operation.REMOVE_RANDOM);

  /** The specification's table, checked there by simulation; four digits are printed. */
  @ParameterizedTest
  @CsvSource({
    "3, 1.1699, 0.4444, 0.8889, 0.2516, 2.1699, 2.222e-01, 0.5850, 0.6667, 2.6226, 0.1875, 0.2516, 0.8889",
    "4, 1.2451, 0.4219, 0.6562, 0.6226, 3.4150, 9.375e-02, 1.4150, 0.3750, 3.3858, 0.1229, 0.6226, 0.7500",
    "5, 1.2877, 0.4096, 0.8889, 0.2239, 4.7027, 3.840e-02, 0.9069, 0.5333, 4.1366, 0.0823, 1.0638, 0.6144",
    "6, 1.3152, 0.4019, 0.7335, 0.4635, 6.0179, 1.543e-02, 1.6781, 0.3125, 4.8800, 0.0560, 1.5517, 0.4938",
    "8, 1.3485, 0.3927, 0.7803, 0.3734, 8.7008, 2.403e-03, 1.8707, 0.2734, 6.3537, 0.0266, 2.6186, 0.3076",
    "10, 1.3680, 0.3874, 0.8121, 0.3148, 11.4282, 3.629e-04, 2.0227, 0.2461, 7.8172, 0.0130, 3.7644, 0.1858",
    "12, 1.3808, 0.3840, 0.8351, 0.2733, 14.1841, 5.372e-05, 2.1483, 0.2256, 9.2749, 0.0065, 4.9616, 0.1100",
    "14, 1.3899, 0.3816, 0.8528, 0.2422, 16.9597, 7.845e-06, 2.2552, 0.2095, 10.7290, 0.0033, 6.1949, 0.0643",
    "15, 1.3935, 0.3806, 0.9272, 0.1273, 18.3532, 2.986e-06, 1.6517, 0.3183, 11.4550, 0.0023, 6.8221, 0.0489",
    "16, 1.3966, 0.3798, 0.8667, 0.2179, 19.7499, 1.134e-06, 2.3483, 0.1964, 12.1806, 0.0017, 7.4550, 0.0372"
  })
  void closedForms_giveTheKnownValues(
      int n,
      double replaceC,
      double replaceAccuracy,
      double replaceAccuracy2,
      double replaceL2,
      double shuffleC,
      double shuffleAccuracy,
      double shuffleL2,
      double shuffleAccuracy2,
      double insertC,
      double insertAccuracy,
      double removeC,
      double removeAccuracy) {
    assertPrinted(ClosedForms.totalCorrelation(Operation.REPLACE_RANDOM, n), replaceC);
    assertPrinted(sampled(Operation.REPLACE_RANDOM, n, n), replaceAccuracy);
    assertPrinted(sampled(Operation.REPLACE_RANDOM, n, 2), replaceAccuracy2);
    assertPrinted(bound(Operation.REPLACE_RANDOM, n, 2), replaceL2);
    assertPrinted(ClosedForms.totalCorrelation(Operation.SHUFFLE, n), shuffleC);
    assertThat(sampled(Operation.SHUFFLE, n, n))
        .isCloseTo(shuffleAccuracy, within(shuffleAccuracy * 5e-4));
    assertPrinted(bound(Operation.SHUFFLE, n, 2), shuffleL2);
    assertPrinted(sampled(Operation.SHUFFLE, n, 2), shuffleAccuracy2);
    assertPrinted(ClosedForms.totalCorrelation(Operation.INSERT_RANDOM, n), insertC);
    assertPrinted(sampled(Operation.INSERT_RANDOM, n, n + 1), insertAccuracy);
    assertPrinted(ClosedForms.totalCorrelation(Operation.REMOVE_RANDOM, n), removeC);
    assertPrinted(sampled(Operation.REMOVE_RANDOM, n, n - 1), removeAccuracy);
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void totalCorrelation_isTheExactOne(Operation operation) {
    for (int n = 2; n <= mostItems(operation); n++) {
      assertThat(ClosedForms.totalCorrelation(operation, n))
          .as("%s of %d", operation, n)
          .isCloseTo(IdealModel.of(operation, n).totalCorrelation(), within(ROUNDING));
    }
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void lowerBound_isTheExactOne(Operation operation) {
    for (int n = 2; n <= mostItems(operation); n++) {
      var model = IdealModel.of(operation, n);
      for (int k = 1; k <= model.positions(); k++) {
        var sizes = DecodingRule.topK(model.positions(), k);
        double exact = model.lowerBound(sizes);
        ClosedForms.lowerBound(operation, n, sizes)
            .ifPresent(bound -> assertThat(bound).isCloseTo(exact, within(ROUNDING)));
        if (k == 1) {
          assertThat(exact).isCloseTo(0, within(ROUNDING));
        }
      }
      assertThat(model.lowerBound(List.of(model.positions())))
          .isCloseTo(model.totalCorrelation(), within(ROUNDING));
    }
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void accuracies_areTheExactOnes(Operation operation) {
    int checked = 0;
    for (int n = 2; n <= Math.min(8, mostItems(operation)); n++) {
      var model = IdealModel.of(operation, n);
      for (var rule : rules(model.positions())) {
        var closed = ClosedForms.accuracy(operation, n, rule);
        if (closed.isPresent()) {
          assertThat(closed.getAsDouble())
              .as("%s of %d by %s", operation, n, rule)
              .isCloseTo(model.decode(rule).accuracy(), within(ROUNDING));
          checked++;
        }
      }
    }
    assertThat(checked).isGreaterThan(10);
  }

  @Test
  void accuracyOfSampling_isTwoToTheMinusBound_whereEveryAnswerIsAlikeToTheModel() {
    for (int n = 2; n <= 16; n++) {
      for (int k = 1; k <= n; k++) {
        assertThat(sampled(Operation.SHUFFLE, n, k))
            .isCloseTo(Math.pow(2, -bound(Operation.SHUFFLE, n, k)), within(ROUNDING));
      }
      assertThat(sampled(Operation.REPLACE_RANDOM, n, n))
          .isCloseTo(Math.pow(2, -bound(Operation.REPLACE_RANDOM, n, n)), within(ROUNDING));
    }
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void accuracyOfSampling_isNeverBelowTwoToTheMinusBound(Operation operation) {
    for (int n = 2; n <= Math.min(6, mostItems(operation)); n++) {
      var model = IdealModel.of(operation, n);
      var oneStep = List.of(model.positions());
      assertThat(model.decode(new DecodingRule.Sampling(oneStep)).accuracy())
          .isGreaterThanOrEqualTo(Math.pow(2, -model.lowerBound(oneStep)) - ROUNDING);
    }
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void oneByOne_isAlwaysRight(Operation operation) {
    for (int n = 2; n <= Math.min(9, mostItems(operation)); n++) {
      var model = IdealModel.of(operation, n);
      var outcome = model.decode(DecodingRule.greedy(model.positions(), 1));
      assertThat(outcome.accuracy()).isCloseTo(1, within(ROUNDING));
      assertThat(outcome.steps()).isCloseTo(model.positions(), within(ROUNDING));
    }
  }

  @Test
  void greedyRemoval_isRightHoweverManyAtOnce_asMostProbableTokensFitTogether() {
    for (int n = 2; n <= 12; n++) {
      for (int k = 1; k < n; k++) {
        var rule = DecodingRule.greedy(n - 1, k);
        assertThat(IdealModel.of(Operation.REMOVE_RANDOM, n).decode(rule).accuracy())
            .as("n %d, k %d", n, k)
            .isCloseTo(1, within(ROUNDING));
      }
    }
  }

  @Test
  void thresholdOverReplace_isAllOrNothing() {
    for (int n = 3; n <= 15; n++) {
      double border = (n - 1.0) / n;
      assertThat(thresholded(Operation.REPLACE_RANDOM, n, border)).isZero();
      assertThat(thresholded(Operation.REPLACE_RANDOM, n, Math.nextUp(border))).isOne();
    }
  }

  @Test
  void thresholdOverShuffle_losesOnlyWhenTheRestIsAsLikely() {
    assertThat(thresholded(Operation.SHUFFLE, 6, 0.51)).isOne();
    assertThat(thresholded(Operation.SHUFFLE, 6, 0.5)).isEqualTo(0.5);
    assertThat(thresholded(Operation.SHUFFLE, 6, 0.3)).isCloseTo(6.0 / 27, within(ROUNDING));
    assertThat(thresholded(Operation.SHUFFLE, 6, 0)).isCloseTo(720 / 46656.0, within(ROUNDING));
    assertThat(IdealModel.of(Operation.SHUFFLE, 6).decode(new DecodingRule.Threshold(0.5)).steps())
        .isCloseTo(5, within(ROUNDING));
  }

  @Test
  void shuffleWithoutTheInputItself_losesOneOrderInAll() {
    assertThat(ClosedForms.shuffleOtherThanInput(3, List.of(3)))
        .isCloseTo(5.0 / 27, within(ROUNDING));
    assertThat(ClosedForms.shuffleOtherThanInput(3, List.of(1, 1, 1)))
        .isCloseTo(5.0 / 6, within(ROUNDING));
    assertThat(ClosedForms.shuffleOfTwoTokenNames(3)).isCloseTo(6.0 / 729, within(ROUNDING));
  }

  @Test
  void schedules_coverThePositions() {
    assertThat(DecodingRule.topK(7, 3)).containsExactly(3, 3, 1);
    assertThat(DecodingRule.topK(6, 3)).containsExactly(3, 3);
    assertThat(DecodingRule.spread(7, 3)).containsExactly(3, 2, 2);
    assertThat(DecodingRule.spread(6, 6)).containsOnly(1);
  }

  /** A simulation that knows nothing of the enumeration's shortcuts. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void enumeration_agreesWithSimulation(long seed) {
    System.out.println("seed " + seed);
    int runs = 5_000;
    for (var operation : RANDOM_TASKS) {
      int n = 5;
      var model = IdealModel.of(operation, n);
      for (var rule :
          List.of(
              DecodingRule.greedy(model.positions(), 2),
              DecodingRule.sampling(model.positions(), 2),
              new DecodingRule.Threshold(0.45))) {
        var simulation = new Simulation(Answers.of(operation, n), rule, new Random(seed));
        int right = 0;
        for (int run = 0; run < runs; run++) {
          right += simulation.isRight() ? 1 : 0;
        }
        double exact = model.decode(rule).accuracy();
        double sigma = Math.sqrt(exact * (1 - exact) / runs);
        assertThat(right / (double) runs)
            .as("%s by %s", operation, rule)
            .isCloseTo(exact, within(4 * sigma + ROUNDING));
      }
    }
  }

  @Test
  void wrongArguments_areRefused() {
    assertThatThrownBy(() -> new DecodingRule.Threshold(Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> new DecodingRule.Greedy(List.of(1, 0))).hasMessageContaining("[1, 0]");
    assertThatThrownBy(() -> DecodingRule.topK(3, 0)).hasMessageContaining("0");
    assertThatThrownBy(() -> DecodingRule.spread(3, 4)).hasMessageContaining("4");
    assertThatThrownBy(() -> IdealModel.of(Operation.SHUFFLE, 7)).hasMessageContaining("2 to 6");
    assertThatThrownBy(() -> IdealModel.of(Operation.REMOVE_RANDOM, 1)).hasMessageContaining("1");
    assertThatThrownBy(() -> ClosedForms.totalCorrelation(Operation.SHUFFLE, 0))
        .hasMessageContaining("0");
    assertThatThrownBy(() -> ClosedForms.accuracy(Operation.SHUFFLE, 4, DecodingRule.greedy(3, 1)))
        .hasMessageContaining("3 positions");
    assertThatThrownBy(() -> IdealModel.of(Operation.COPY, 4).decode(DecodingRule.greedy(3, 1)))
        .hasMessageContaining("3 positions");
  }

  private static List<DecodingRule> rules(int positions) {
    var rules = new ArrayList<DecodingRule>();
    for (int k = 1; k <= positions; k++) {
      rules.add(DecodingRule.greedy(positions, k));
      rules.add(DecodingRule.sampling(positions, k));
      rules.add(new DecodingRule.Greedy(DecodingRule.spread(positions, k)));
      rules.add(new DecodingRule.Sampling(DecodingRule.spread(positions, k)));
    }
    for (double threshold : new double[] {0, 0.2, 1 / 3.0, 0.5, 0.6, 0.75, 0.8, 0.9, 1}) {
      rules.add(new DecodingRule.Threshold(threshold));
    }
    return rules;
  }

  private static int mostItems(Operation operation) {
    return operation == Operation.SHUFFLE ? 6 : 15;
  }

  private static double sampled(Operation operation, int n, int k) {
    var rule = DecodingRule.sampling(ClosedForms.positions(operation, n), k);
    return ClosedForms.accuracy(operation, n, rule).getAsDouble();
  }

  private static double thresholded(Operation operation, int n, double threshold) {
    return ClosedForms.accuracy(operation, n, new DecodingRule.Threshold(threshold)).getAsDouble();
  }

  private static double bound(Operation operation, int n, int k) {
    return ClosedForms.lowerBound(operation, n, DecodingRule.topK(n, k)).getAsDouble();
  }

  private static void assertPrinted(double actual, double printed) {
    assertThat(actual).isCloseTo(printed, within(0.50001e-4));
  }
}
