package org.unmask.tasks.merit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeritTest {

  private static final double ROUNDING = 1e-12;

  /** Falls from 90 at speed 1 to 50 at speed 8. */
  private static final List<Point> CURVE =
      List.of(new Point(1, 90), new Point(2, 80), new Point(4, 60), new Point(8, 50));

  @Test
  void pbOfFixedSpeeds_isTheFastestThatReachesTheLevel() {
    assertThat(PbScore.fixed(CURVE, 80)).hasValue(2);
    assertThat(PbScore.fixed(CURVE, 79.9)).hasValue(2);
    assertThat(PbScore.fixed(CURVE, 90.1)).isEmpty();
    assertThat(PbScore.fixed(List.of(), 50)).isEmpty();
  }

  @Test
  void pbOfAnAdaptiveStrategy_goesDownTheLineToTheNextSetting() {
    assertThat(PbScore.adaptive(CURVE, 80)).hasValue(2);
    assertThat(PbScore.adaptive(CURVE, 70)).hasValue(3);
    assertThat(PbScore.adaptive(CURVE, 55)).hasValue(6);
    assertThat(PbScore.adaptive(CURVE, 40)).hasValue(8);
    assertThat(PbScore.adaptive(CURVE, 95)).isEmpty();
  }

  @Test
  void pb_startsFromTheFastestQualifyingSettingWhateverLiesBefore() {
    var dip = List.of(new Point(1, 60), new Point(4, 85), new Point(2, 50), new Point(6, 75));
    assertThat(PbScore.adaptive(dip, 80)).hasValue(5);
    assertThat(PbScore.fixed(dip, 80)).hasValue(4);
  }

  @Test
  void averagePoint_weighsEveryTaskAlike() {
    assertThat(Point.average(List.of(new Point(1, 100), new Point(4, 50))))
        .isEqualTo(new Point(2.5, 75));
    assertThatThrownBy(() -> Point.average(List.of())).hasMessageContaining("no point");
  }

  /** The check value that d3LLM's authors published: 637.7. */
  @Test
  void aup_isThePublishedOne() {
    var points = List.of(new Point(9.11, 73.09), new Point(1, 74.02));
    assertThat(Aup.of(points, 74.98)).isCloseTo(637.65, within(0.005));
  }

  @Test
  void aup_leavesOutWhatLosesMoreThanFivePoints() {
    var points = List.of(new Point(1, 80), new Point(2, 75), new Point(3, 74.9));
    assertThat(Aup.of(points, 80))
        .isCloseTo(80 + 0.5 * (80 + 75 * Math.exp(-3 * 5 / 80.0)), within(ROUNDING));
    assertThat(Aup.of(List.of(new Point(2, 50)), 90)).isEqualTo(100);
    assertThatThrownBy(() -> Aup.of(List.of(), 90)).hasMessageContaining("point");
    assertThatThrownBy(() -> Aup.of(points, 0)).hasMessageContaining("0");
  }

  @Test
  void order_fromLeftToRight_correlatesFullyAndBackwardsNegatively() {
    assertThat(DecodingOrder.kendallTau(new int[] {0, 1, 2, 3})).hasValue(1);
    assertThat(DecodingOrder.spearmanRho(new int[] {0, 1, 2, 3})).hasValue(1);
    assertThat(DecodingOrder.kendallTau(new int[] {3, 2, 1, 0})).hasValue(-1);
    assertThat(DecodingOrder.spearmanRho(new int[] {3, 2, 1, 0})).hasValue(-1);
    assertThat(DecodingOrder.kendallTau(new int[] {0, 0, 1, 1})).hasValue(1);
  }

  /** Pairs (1,0) (0,1) (2,2): two agree, one does not. Ranks differ by 1, 1, 0. */
  @Test
  void order_withOneSwap_hasTheValuesOfTheTextbook() {
    assertThat(DecodingOrder.kendallTau(new int[] {1, 0, 2}).getAsDouble())
        .isCloseTo(1 / 3.0, within(ROUNDING));
    assertThat(DecodingOrder.spearmanRho(new int[] {1, 0, 2}).getAsDouble())
        .isCloseTo(0.5, within(ROUNDING));
  }

  /** Steps (1, 0, 0) against (0, 0, 1): pairs -1, -1 (steps), +1, +1 (sorted), one tie each. */
  @Test
  void order_withTies_isComparedWithItsSortedSelf() {
    assertThat(DecodingOrder.kendallTau(new int[] {1, 0, 0}).getAsDouble())
        .isCloseTo(-0.5, within(ROUNDING));
    assertThat(DecodingOrder.spearmanRho(new int[] {1, 0, 0}).getAsDouble())
        .isCloseTo(-0.5, within(ROUNDING));
  }

  @Test
  void order_ofOneStep_isUndefined() {
    for (int[] steps : new int[][] {{}, {0}, {2, 2, 2}}) {
      assertThat(DecodingOrder.kendallTau(steps)).isEmpty();
      assertThat(DecodingOrder.spearmanRho(steps)).isEmpty();
    }
  }

  @Test
  void order_staysBetweenMinusOneAndOne() {
    long seed = 4;
    System.out.println("seed " + seed);
    var random = new Random(seed);
    for (int i = 0; i < 500; i++) {
      int[] steps = random.ints(2 + random.nextInt(12), 0, 5).toArray();
      DecodingOrder.kendallTau(steps)
          .ifPresent(tau -> assertThat(tau).isBetween(-1 - ROUNDING, 1 + ROUNDING));
      DecodingOrder.spearmanRho(steps)
          .ifPresent(rho -> assertThat(rho).isBetween(-1 - ROUNDING, 1 + ROUNDING));
    }
  }

  @Test
  void bootstrap_ofAConstant_hasNoWidth() {
    double[] values = {2, 2, 2};
    assertThat(Bootstrap.of(3, 100, 1).interval(0.95, drawn -> Bootstrap.mean(values, drawn)))
        .isEqualTo(new Bootstrap.Interval(2, 2, 2));
  }

  @Test
  void bootstrap_ofPairs_isNarrowWhereBothMoveTogether() {
    double[] a = new double[100];
    double[] b = new double[100];
    for (int i = 0; i < 100; i++) {
      a[i] = i % 2;
      b[i] = i % 10 == 0 ? 0 : a[i]; // index 0, 10, ... are 0 in both: equal
      b[i] = i % 20 == 1 ? 0 : b[i]; // five losses
    }
    var bootstrap = Bootstrap.of(100, 2000, 7);
    var paired =
        bootstrap.interval(0.95, drawn -> Bootstrap.mean(a, drawn) - Bootstrap.mean(b, drawn));
    var single = bootstrap.interval(0.95, drawn -> Bootstrap.mean(a, drawn));

    assertThat(paired.estimate()).isCloseTo(0.05, within(ROUNDING));
    assertThat(paired.low()).isBetween(0.0, 0.03);
    assertThat(paired.high()).isBetween(0.07, 0.12);
    // normal approximation of a proportion of 1/2 among 100: 0.5 +- 0.098
    assertThat(single.low()).isCloseTo(0.402, within(0.03));
    assertThat(single.high()).isCloseTo(0.598, within(0.03));
    assertThat(bootstrap.interval(0.95, drawn -> Bootstrap.mean(a, drawn))).isEqualTo(single);
  }

  @Test
  void bootstrap_coversTheTruthAboutAsOftenAsItSays() {
    long seed = 12;
    System.out.println("seed " + seed);
    var random = new Random(seed);
    int covered = 0;
    for (int trial = 0; trial < 200; trial++) {
      double[] values = random.doubles(60, 0, 1).toArray();
      var interval =
          Bootstrap.of(60, 200, trial).interval(0.9, drawn -> Bootstrap.mean(values, drawn));
      covered += interval.low() <= 0.5 && 0.5 <= interval.high() ? 1 : 0;
    }
    // 180 expected, standard deviation 4.2, and small samples fall somewhat short
    assertThat(covered).isBetween(164, 195);
  }

  @Test
  void bootstrap_refusesNonsense() {
    assertThatThrownBy(() -> Bootstrap.of(0, 10, 1)).hasMessageContaining("0");
    assertThatThrownBy(() -> Bootstrap.of(5, 10, 1).interval(1, drawn -> 0))
        .hasMessageContaining("1");
    assertThatThrownBy(() -> Bootstrap.of(5, 10, 1).interval(0.9, drawn -> Double.NaN))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void matchedSpeed_isPbOfTheAverageWithAnInterval() {
    var slow =
        new MatchedSpeed.Setting(new double[] {1, 1, 1, 1}, new double[] {100, 100, 100, 100});
    var fast = new MatchedSpeed.Setting(new double[] {3, 3, 3, 3}, new double[] {100, 0, 100, 0});
    var adaptive = new MatchedSpeed(List.of(slow, fast), true);
    var fixed = new MatchedSpeed(List.of(slow, fast), false);
    var bootstrap = Bootstrap.of(4, 500, 3);

    assertThat(adaptive.at(75, 0.9, bootstrap).estimate()).isCloseTo(2, within(ROUNDING));
    assertThat(fixed.at(75, 0.9, bootstrap).estimate()).isEqualTo(1);
    assertThat(adaptive.at(101, 0.9, bootstrap)).isEqualTo(new Bootstrap.Interval(0, 0, 0));
    var difference = adaptive.over(fixed, 75, 0.9, bootstrap);
    assertThat(difference.estimate()).isCloseTo(1, within(ROUNDING));
    assertThat(difference.low()).isLessThan(1);
    assertThat(adaptive.over(adaptive, 75, 0.9, bootstrap))
        .isEqualTo(new Bootstrap.Interval(0, 0, 0));
    assertThatThrownBy(() -> new MatchedSpeed.Setting(new double[1], new double[2]))
        .hasMessageContaining("2 scores");
    var shorter = new MatchedSpeed.Setting(new double[] {1}, new double[] {1});
    assertThatThrownBy(() -> new MatchedSpeed(List.of(slow, shorter), true))
        .hasMessageContaining("same samples");
  }

  @Test
  void oracle_takesTheFewestStepsAmongTheBestScores() {
    var samples =
        List.of(
            List.of(new OracleCeiling.Trial(1, 30), new OracleCeiling.Trial(1, 10)),
            List.of(new OracleCeiling.Trial(1, 20), new OracleCeiling.Trial(0, 2)),
            List.of(new OracleCeiling.Trial(0, 9), new OracleCeiling.Trial(0, 3)));
    assertThat(OracleCeiling.of(samples)).isEqualTo(new OracleCeiling(2 / 3.0, 11));
  }

  @Test
  void profile_weighsSpeedsByScoreAndFitsALine() {
    assertThat(TaskProfile.parallelizability(List.of(new Point(1, 100), new Point(2, 50))))
        .isCloseTo(4 / 3.0, within(ROUNDING));
    assertThat(TaskProfile.parallelizability(List.of(new Point(4, 0)))).isZero();
    assertThat(TaskProfile.orderPreference(new double[] {1, 2, 3}, new double[] {10, 14, 18}))
        .isCloseTo(4, within(ROUNDING));
    assertThatThrownBy(() -> TaskProfile.orderPreference(new double[] {2, 2}, new double[] {1, 2}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> TaskProfile.orderPreference(new double[] {2}, new double[] {1, 2}))
        .hasMessageContaining("2 scores");
  }

  @Test
  void taskValue_isTheMeanInPercent() {
    assertThat(
            Aggregate.percent(
                List.of(
                    Map.of("score", 1.0, "score_strict", 0.0),
                    Map.of("score", 0.0, "score_strict", 0.0),
                    Map.of("score", 1.0, "score_strict", 1.0),
                    Map.of("score", 1.0, "score_strict", 0.0))))
        .isEqualTo(Map.of("score", 75.0, "score_strict", 25.0));
    assertThat(Aggregate.percent(List.of())).isEmpty();
    assertThatThrownBy(() -> Aggregate.percent(List.of(Map.of("score", 1.0), Map.of("other", 1.0))))
        .hasMessageContaining("other");
  }

  @Test
  void siteCurves_areReadTaskByTask(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("curve.csv");
    Files.writeString(file, "task,tps,accuracy\na,1,100\na,2,50\nb,3,80\nb,4,10\n");
    var tasks = SiteResults.read(file);

    assertThat(tasks)
        .containsOnly(
            Map.entry("a", List.of(new Point(1, 100), new Point(2, 50))),
            Map.entry("b", List.of(new Point(3, 80), new Point(4, 10))));

    for (String line : List.of("a,1", "a,x,2", "a,1,2,3")) {
      Files.writeString(file, "task,tps,accuracy\n" + line + "\n");
      assertThatThrownBy(() -> SiteResults.read(file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("line 2");
    }
  }

  @Test
  void pb_doesNotDependOnTheOrderOfSettings() {
    var shuffled = new ArrayList<>(CURVE);
    Collections.reverse(shuffled);
    for (double level = 45; level < 95; level += 2.5) {
      assertThat(PbScore.adaptive(shuffled, level)).isEqualTo(PbScore.adaptive(CURVE, level));
    }
  }
}
