package org.unmask.bench.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.unmask.bench.sweep.PbScore.Point;

class PbScoreTest {

  /** LLaDA 1.5, confidence threshold: the published averages, and PB80 as the site has it. */
  private static final List<Point> THRESHOLD =
      List.of(
          new Point(1.33, 86.41),
          new Point(3.42, 83.82),
          new Point(4.53, 77.47),
          new Point(5.62, 68.29),
          new Point(6.55, 57.88),
          new Point(8.27, 47.24));

  @Test
  void adaptive_interpolatesBetweenTheLastQualifyingPointAndTheNext() {
    assertThat(PbScore.of(THRESHOLD, true, 80)).hasValueCloseTo(4.09, within(.01));
    assertThat(PbScore.of(THRESHOLD, true, 75)).hasValueCloseTo(4.82, within(.01));
    assertThat(PbScore.of(THRESHOLD, true, 70)).hasValueCloseTo(5.42, within(.01));
  }

  @Test
  void fixed_takesTheLargestMeasuredPoint() {
    assertThat(PbScore.of(THRESHOLD, false, 80)).hasValue(3.42);
  }

  @Test
  void noPointReachesTheLevel_isEmpty() {
    assertThat(PbScore.of(THRESHOLD, true, 90)).isEmpty();
    assertThat(PbScore.of(List.of(), true, 90)).isEmpty();
  }

  @Test
  void allPointsReachTheLevel_isTheFastest() {
    assertThat(PbScore.of(THRESHOLD, true, 40)).hasValue(8.27);
  }

  @Test
  void aLaterPointThatRecoversCounts() {
    List<Point> points = List.of(new Point(1, 90), new Point(2, 70), new Point(4, 85));
    assertThat(PbScore.of(points, false, 80)).hasValue(4);
  }
}
