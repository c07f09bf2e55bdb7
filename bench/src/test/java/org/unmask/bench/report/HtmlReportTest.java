package org.unmask.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.unmask.bench.sweep.Fixtures;
import org.unmask.bench.sweep.Plan;
import org.unmask.bench.sweep.Summary;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class HtmlReportTest {

  private static final Plan PLAN = Fixtures.plan(12, 25);
  private static final Summary SUMMARY = Summary.of(PLAN, Fixtures.rows(PLAN));
  private static final Evidence EVIDENCE = new Evidence(Fixtures.rows(PLAN), List.of(), List.of());
  private static final Map<String, String> FACTS = Map.of("CPU", "</script><b>x</b>");

  private static JsonNode embedded(String page) {
    Matcher json =
        Pattern.compile(
                "<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL)
            .matcher(page);
    assertThat(json.find()).isTrue();
    return JsonMapper.shared().readTree(json.group(1));
  }

  @Test
  void everyTaskOfEveryPointIsInTheData() {
    JsonNode data = embedded(HtmlReport.render(SUMMARY, EVIDENCE, FACTS, "unmask bench"));
    assertThat(data.path("complete").asBoolean()).isTrue();
    assertThat(data.path("curves").size()).isEqualTo(2);
    for (JsonNode curve : data.path("curves")) {
      for (JsonNode point : curve.path("points")) {
        assertThat(point.path("tasks").size()).isEqualTo(12);
        assertThat(point.path("ms_per_step").asDouble()).isGreaterThan(0);
      }
    }
    JsonNode slowest = data.path("curves").get(0).path("points").get(0);
    assertThat(slowest.path("tokens_per_step").asDouble()).isEqualTo(1);
    assertThat(data.path("curves").get(0).path("pb").path("80").isNumber()).isTrue();
  }

  @Test
  void thePageNeedsNothingFromOutside() {
    String page = HtmlReport.render(SUMMARY, EVIDENCE, FACTS, "unmask bench");
    assertThat(page).doesNotContain("{{").doesNotContain("src=").doesNotContain("@import");
    assertThat(page.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http");
  }

  @Test
  void textFromOutsideCannotLeaveTheData() {
    String page = HtmlReport.render(SUMMARY, EVIDENCE, FACTS, "unmask bench");
    assertThat(page).doesNotContain("<b>x</b>");
    assertThat(embedded(page).path("facts").get(0).get(1).asString())
        .isEqualTo("</script><b>x</b>");
  }

  @Test
  void theory_oracleAndIntervals_areInTheData() {
    JsonNode data = embedded(HtmlReport.render(SUMMARY, EVIDENCE, FACTS, "unmask bench"));
    JsonNode shuffle =
        data.path("tasks")
            .valueStream()
            .filter(t -> t.path("name").asString().equals("Shuffle"))
            .findFirst()
            .orElseThrow();
    // k = 8 is one step for lists of 3 to 6: the mean of n!/n^n
    double oneStep = 100 * (2.0 / 9 + 6.0 / 64 + 24.0 / 625 + 720.0 / 46656) / 4;
    assertThat(shuffle.path("theory").get(3).get(1).asDouble())
        .isCloseTo(oneStep, org.assertj.core.api.Assertions.within(1e-9));
    assertThat(shuffle.path("theory").get(0).get(1).asDouble()).isEqualTo(100);
    JsonNode copy = data.path("tasks").get(0);
    copy.path("theory").forEach(point -> assertThat(point.get(1).asDouble()).isEqualTo(100));
    for (JsonNode curve : data.path("curves")) {
      JsonNode matched = curve.path("matched");
      assertThat(matched.get(0).asDouble())
          .isBetween(matched.get(1).asDouble(), matched.get(2).asDouble());
      double best =
          curve
              .path("points")
              .valueStream()
              .mapToDouble(p -> p.path("score").asDouble())
              .max()
              .orElseThrow();
      assertThat(curve.path("oracle").path("score").asDouble()).isGreaterThanOrEqualTo(best);
    }
    assertThat(data.path("rows").size()).isEqualTo(25 * 9 * 12);
  }

  @Test
  void aLargeRun_showsTheFirstSamplesOfEachTask() {
    Plan plan = Fixtures.plan(12, 60);
    Summary summary = Summary.of(plan, Fixtures.rows(plan));
    JsonNode data =
        embedded(
            HtmlReport.render(
                summary, new Evidence(Fixtures.rows(plan), List.of(), List.of()), FACTS, "x"));
    assertThat(data.path("rows").size()).isEqualTo(37 * 9 * 12);
    assertThat(data.path("rows_left_out").asInt()).isEqualTo(23 * 9 * 12);
  }

  @Test
  void publishedRows_nameTheirSourceAndVersion() {
    JsonNode references =
        embedded(HtmlReport.render(SUMMARY, EVIDENCE, FACTS, "x")).path("references");
    JsonNode paper = references.get(0);
    assertThat(paper.path("version").asString()).isEqualTo("paper-2510");
    assertThat(paper.path("source").asString()).contains("paper");
    assertThat(paper.path("curves").size()).isEqualTo(11);
    JsonNode site = references.get(1);
    assertThat(site.path("version").asString()).isEqualTo("cli-2026");
    assertThat(site.path("source").asString()).contains("site");
    assertThat(site.path("curves").size()).isEqualTo(7);
    for (JsonNode source : references) {
      source.path("curves").forEach(c -> assertThat(c.path("tasks").size()).isEqualTo(17));
    }
  }
}
