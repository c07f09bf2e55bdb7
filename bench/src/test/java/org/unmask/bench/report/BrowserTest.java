package org.unmask.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmask.bench.sweep.Fixtures;
import org.unmask.bench.sweep.Plan;
import org.unmask.bench.sweep.Question;
import org.unmask.bench.sweep.Summary;
import org.unmask.bench.sweep.Trace;

/** The report in a real browser. Skipped where none is installed: see {@link Browser#installed}. */
class BrowserTest {

  private static final Plan PLAN = Fixtures.plan(6, 3);
  private static final String CARDS_SEEN =
      "document.querySelectorAll('#cards .card').length + ' cards'";

  @TempDir(cleanup = org.junit.jupiter.api.io.CleanupMode.ON_SUCCESS)
  static Path temp;

  private static Browser browser;
  private static Path report;

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

  @BeforeAll
  static void start() throws Exception {
    Optional<Path> program = Browser.installed();
    assumeTrue(program.isPresent(), "no browser: install Debian's chromium or set UNMASK_BROWSER");
    Evidence evidence =
        new Evidence(
            Fixtures.rows(PLAN),
            List.of(new Question("waiting_line/copy", 0, "Say <b>A</b>", "A")),
            List.of(trace("k=1", "B"), trace("k=2", "X")));
    report =
        Files.writeString(
            temp.resolve("report.html"),
            HtmlReport.render(Summary.of(PLAN, Fixtures.rows(PLAN)), evidence, Map.of(), "unmask")
                .replace("<head>", "<head><script>onerror = m => { window.failed = m }</script>"));
    try {
      browser = new Browser(program.get(), temp.resolve("profile"));
    } catch (Exception e) {
      abort(program.get() + " does not start here: " + e);
    }
  }

  @AfterAll
  static void stop() throws Exception {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void open() throws Exception {
    browser.scheme("light");
    browser.size(1200, 900, false);
    browser.open(report);
  }

  private static String see(String expression) throws Exception {
    String seen = browser.evaluate(expression);
    assertThat(browser.evaluate("window.failed || ''")).as("script error").isEmpty();
    return seen;
  }

  @Test
  void everySectionIsFilled() throws Exception {
    assertThat(see(CARDS_SEEN)).isEqualTo("4 cards");
    assertThat(see("document.querySelectorAll('#chart .curve').length")).isEqualTo("2");
    assertThat(see("document.querySelectorAll('#settings tbody tr').length")).isEqualTo("9");
    assertThat(see("document.querySelectorAll('#heat tbody tr').length")).isEqualTo("7");
    assertThat(see("document.querySelectorAll('#samples details').length")).isEqualTo("3");
    assertThat(see("document.querySelector('#samples pre').textContent")).isEqualTo("Say <b>A</b>");
  }

  @Test
  void taskPanel_pressed_showsItsCurvesAndWhatTheoryAllows() throws Exception {
    see("document.querySelectorAll('.panel')[4].click()");
    assertThat(see("document.getElementById('chart-title').textContent")).isEqualTo("Shuffle");
    assertThat(see("document.querySelectorAll('#chart .curve').length")).isEqualTo("3");
  }

  @Test
  void pointsOfTheChart_walkedWithArrowKeys() throws Exception {
    see("document.querySelector('#chart .mark').focus()");
    String first = see("document.activeElement.getAttribute('aria-label')");
    browser.press("ArrowRight");
    String second = see("document.activeElement.getAttribute('aria-label')");
    assertThat(second).contains("score").isNotEqualTo(first);
    assertThat(see("document.getElementById('tip').hidden")).isEqualTo("false");
    assertThat(see("document.getElementById('tip').textContent")).contains("tokens/step");
    browser.press("ArrowLeft");
    assertThat(see("document.activeElement.getAttribute('aria-label')")).isEqualTo(first);
  }

  @Test
  void settingsTable_sortedAndFiltered() throws Exception {
    String scores =
        "[...document.querySelectorAll('#settings tbody tr')].map(r => +r.cells[2].textContent)";
    see("document.querySelector('#settings [data-column=\"2\"]').focus()");
    browser.press("Enter");
    assertThat(see("(s => s.every((x, i) => !i || s[i - 1] >= x))(" + scores + ")"))
        .isEqualTo("true");
    assertThat(see("document.activeElement.dataset.column")).isEqualTo("2");
    browser.press("Enter");
    assertThat(see("(s => s.every((x, i) => !i || s[i - 1] <= x))(" + scores + ")"))
        .isEqualTo("true");
    see(
        "const f = document.getElementById('filter'); f.value = 'thresh';"
            + " f.dispatchEvent(new Event('input'))");
    assertThat(see(scores + ".length")).isEqualTo("4");
  }

  @Test
  void traces_scrubbedWithTheKeyboard_markEditsRevokesAndTheFirstDifference() throws Exception {
    String cells =
        "[...document.querySelectorAll('.trace')[0].querySelectorAll('.tok')]"
            + ".map(t => t.className + t.textContent).join(',')";
    see("document.getElementById('step').focus()");
    browser.press("Home");
    assertThat(see(cells)).isEqualTo("tok mask·,tok mask·,tok mask·");
    browser.press("ArrowRight");
    assertThat(see(cells)).isEqualTo("tok newA1,tok mask·,tok mask·");
    browser.press("ArrowRight");
    assertThat(see("document.querySelectorAll('.tok.diverges').length")).isEqualTo("2");
    browser.press("ArrowRight");
    assertThat(see(cells)).contains("tok new mask revoked·3");
    browser.press("ArrowRight");
    assertThat(see(cells)).endsWith("tok new specialend4");
    assertThat(see("document.getElementById('divergence').textContent"))
        .contains("position 1, after step 2", "\"B\"", "\"X\"");
  }

  @Test
  void play_walksThroughTheSteps_andPauses() throws Exception {
    see("document.getElementById('play').focus()");
    browser.press(" ");
    assertThat(see("document.getElementById('play').textContent")).isEqualTo("Pause");
    String end =
        "new Promise(done => { const t = setInterval(() => {"
            + " if (document.getElementById('play').textContent === 'Play') {"
            + " clearInterval(t); done(document.getElementById('step').value) } }, 20) })";
    assertThat(see(end)).isEqualTo("4");
    browser.press(" ");
    browser.press(" ");
    assertThat(see("document.getElementById('play').textContent")).isEqualTo("Play");
    assertThat(Integer.parseInt(see("document.getElementById('step').value"))).isLessThan(4);
  }

  @Test
  void publishedRow_chosen_isDrawnAndNamedWithItsSource() throws Exception {
    see("document.querySelectorAll('.panel')[4].click()");
    see(
        "const r = document.getElementById('reference');"
            + " r.value = [...r.options].findIndex(o => o.text.includes('LLaDA 1.5 wino')) - 1;"
            + " r.dispatchEvent(new Event('change'))");
    assertThat(see("document.querySelectorAll('#chart .curve.reference').length")).isEqualTo("1");
    assertThat(see("document.getElementById('theory-note').textContent"))
        .contains("LLaDA 1.5 wino, published in ParallelBench's site", "cli-2026");
    assertThat(see("document.getElementById('published-tasks').textContent"))
        .contains("ParallelBench's site", "LLaDA 1.5 wino");
    assertThat(see("document.querySelectorAll('#published-pb tbody tr').length")).isEqualTo("33");
  }

  @Test
  void samples_onlyWrongOnes() throws Exception {
    see("document.getElementById('only-wrong').click()");
    assertThat(see("document.querySelectorAll('#samples .right').length")).isEqualTo("0");
  }

  @Test
  void firstTab_offersToSkipToTheCurves() throws Exception {
    browser.press("Tab");
    assertThat(see("document.activeElement.className")).isEqualTo("skip");
    browser.press("Tab");
    assertThat(see("document.activeElement.id")).isEqualTo("theme");
  }

  @Test
  void scheme_followsTheSystem_andTheButton() throws Exception {
    String paper = "getComputedStyle(document.body).backgroundColor";
    String light = see(paper);
    browser.scheme("dark");
    String dark = see(paper);
    assertThat(dark).isNotEqualTo(light);
    see("document.getElementById('theme').click()");
    assertThat(see(paper)).isEqualTo(light);
  }

  @Test
  void phone_showsAllWithoutScrollingSideways() throws Exception {
    browser.size(360, 740, true);
    browser.open(report);
    assertThat(see("document.documentElement.scrollWidth")).isEqualTo("360");
    assertThat(see("document.querySelector('#chart svg').getBoundingClientRect().width <= 360"))
        .isEqualTo("true");
  }

  @Test
  void screenshot_isNotBlank() throws Exception {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(browser.screenshot()));
    long colours =
        java.util.stream.IntStream.range(0, image.getWidth() * image.getHeight())
            .map(i -> image.getRGB(i % image.getWidth(), i / image.getWidth()))
            .distinct()
            .count();
    assertThat(image.getWidth()).isEqualTo(1200);
    assertThat(colours).isGreaterThan(20);
  }
}
