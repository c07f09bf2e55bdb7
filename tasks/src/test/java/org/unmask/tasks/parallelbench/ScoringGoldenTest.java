package org.unmask.tasks.parallelbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.unmask.tasks.metric.Answer;
import org.unmask.tasks.metric.Metric;
import org.unmask.tasks.parallelbench.Golden.Case;

/** Every golden scoring case, against references worked out from the golden file itself. */
class ScoringGoldenTest {

  @Test
  void everyCaseHasTheReferenceScores() {
    Map<String, List<Case>> bySample =
        Golden.cases().stream().collect(Collectors.groupingBy(Case::sample));
    var softly = new SoftAssertions();
    int checked = 0;
    for (var cases : bySample.values()) {
      for (var line : cases) {
        var metric = metric(line);
        var answer = answer(metric, line, cases);
        softly
            .assertThat(metric.score(answer, line.output(), line.judges()))
            .as(line.toString())
            .containsExactlyEntriesOf(line.scores());
        checked++;
      }
    }
    softly.assertAll();
    assertThat(checked).isEqualTo(1866);
  }

  @Test
  void everyTaskUsesTheMetricOfTheGoldenFile() {
    Golden.cases().stream()
        .filter(line -> line.index() >= 0)
        .forEach(
            line ->
                assertThat(ParallelBench.task(line.task()).metric().id())
                    .as(line.task())
                    .isEqualTo(line.metric()));
  }

  private static Metric metric(Case line) {
    return List.of(Metric.values()).stream()
        .filter(metric -> metric.id().equals(line.metric()))
        .findFirst()
        .orElseThrow();
  }

  private static Answer answer(Metric metric, Case line, List<Case> cases) {
    return line.index() < 0
        ? GoldenReferences.inline(metric, line.answer())
        : GoldenReferences.of(metric, cases);
  }
}
