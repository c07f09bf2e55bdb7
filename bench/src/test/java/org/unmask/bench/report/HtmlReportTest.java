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
}
