package org.unmask.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmask.bench.sweep.Fixtures;
import org.unmask.bench.sweep.Plan;
import org.unmask.bench.sweep.Question;
import org.unmask.bench.sweep.Summary;
import org.unmask.bench.sweep.Trace;

/** The page in a real browser, where one is installed as /usr/bin/chromium. */
class BrowserTest {

  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Plan PLAN = Fixtures.plan(6, 3);

  @TempDir Path temp;

  private static Trace trace(String setting, String second) {
    return new Trace(
        "unmask-llada-6m",
        "waiting_line/copy",
        "top-k",
        setting,
        0,
        3,
        List.of(
            new Trace.Step(List.of(0), List.of("A"), List.of(.9)),
            new Trace.Step(List.of(1, 2), List.of(second, "C"), List.of(.8, .3)),
            new Trace.Step(List.of(2), List.of(""), List.of(-1.)),
            new Trace.Step(List.of(2), List.of("<|eot_id|>"), List.of(.7))));
  }

  /** Opens the report, lets a script work on it, and returns what the page has become. */
  private String page(String script) throws Exception {
    assumeTrue(Files.isExecutable(CHROMIUM), CHROMIUM + " is not installed");
    Evidence evidence =
        new Evidence(
            Fixtures.rows(PLAN),
            List.of(new Question("waiting_line/copy", 0, "Say <b>A</b>", "A")),
            List.of(trace("k=1", "B"), trace("k=2", "X")));
    String html =
        HtmlReport.render(Summary.of(PLAN, Fixtures.rows(PLAN)), evidence, Map.of(), "unmask")
            .replace(
                "<head>",
                "<head><script>addEventListener('error', e => document.title = 'ERROR ' + e.message)</script>")
            .replace("</body>", "<script>" + script + "</script></body>");
    Path file = Files.writeString(temp.resolve("page.html"), html);
    Process chromium =
        new ProcessBuilder(
                CHROMIUM.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--user-data-dir=" + temp.resolve("profile"),
                "--dump-dom",
                file.toUri().toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .redirectOutput(temp.resolve("dom").toFile())
            .start();
    try {
      assertThat(chromium.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      chromium.destroyForcibly();
    }
    return dom();
  }

  private String dom() throws IOException {
    String dom = Files.readString(temp.resolve("dom"), StandardCharsets.UTF_8);
    assertThat(dom).doesNotContain("<title>ERROR");
    return dom;
  }

  private static String result(String dom) {
    return dom.replaceAll("(?s).*<pre id=\"result\">(.*?)</pre>.*", "$1");
  }

  private static String say(String expression) {
    return "const pre = document.createElement('pre'); pre.id = 'result'; pre.textContent = "
        + expression
        + "; document.body.append(pre);";
  }

  @Test
  void curvesTablesTracesAndSamplesAreDrawn_andAnswerToClicks() throws Exception {
    String dom =
        page(
            "document.querySelectorAll('.panel')[4].click();"
                + "const step = document.getElementById('step');"
                + "const at = n => { step.value = n; step.dispatchEvent(new Event('input'));"
                + " return [...document.querySelectorAll('.trace')[0].querySelectorAll('.tok')]"
                + ".map(t => t.className + t.textContent).join(','); };"
                + "const seen = [at(1), at(2), at(3), at(4)].join(' / ');"
                + say(
                    "[document.getElementById('chart-title').textContent,"
                        + " document.querySelectorAll('#chart .curve').length,"
                        + " document.querySelectorAll('#settings tbody tr').length,"
                        + " document.querySelectorAll('#samples details').length,"
                        + " document.getElementById('divergence').textContent, seen].join('\\n')"));
    List<String> seen = result(dom).lines().toList();
    assertThat(seen.get(0)).isEqualTo("Shuffle");
    assertThat(seen.get(1)).isEqualTo("3"); // two strategies and the ideal model
    assertThat(seen.get(2)).isEqualTo("9");
    assertThat(seen.get(3)).isEqualTo("3");
    assertThat(seen.get(4)).contains("position 1, after step 2", "\"B\"", "\"X\"");
    assertThat(seen.get(5))
        .startsWith("tok newA1,tok mask·,tok mask· / ")
        .contains("tok new mask revoked·3")
        .endsWith("tok new specialend4");
    assertThat(dom).contains("Say &lt;b&gt;A&lt;/b&gt;");
  }
}
