package org.unmask.tasks.parallelbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.unmask.tasks.TaskData;
import org.unmask.tasks.metric.Answer;
import org.unmask.tasks.metric.GrammarChecker;
import org.unmask.tasks.metric.Judges;
import org.unmask.tasks.metric.ListParser;

class ParallelBenchTest {

  @ParameterizedTest
  @EnumSource(Version.class)
  void bothVersions_haveTheSeventeenTasksUnderDistinctIds(Version version) {
    var tasks = ParallelBench.tasks(version);

    assertThat(tasks).hasSize(17).allMatch(task -> task.version() == version);
    assertThat(ParallelBench.allTasks(version).stream().map(Task::id)).doesNotHaveDuplicates();
    assertThat(ParallelBench.allTasks(version)).containsAll(tasks);
    assertThat(tasks.stream().map(Task::family).distinct())
        .containsExactly(Family.WAITING_LINE, Family.TEXT, Family.PUZZLE);
  }

  @Test
  void paperTasks_haveTheFactsOfThePaper() {
    for (var task : ParallelBench.tasks()) {
      boolean isList = task.family() == Family.WAITING_LINE;
      boolean isText = task.family() == Family.TEXT;
      assertThat(task.genLength()).as(task.id()).isEqualTo(isList ? 32 : 64);
      assertThat(task.shots()).isEqualTo(isText ? 0 : 1);
      assertThat(task.figureMetric()).isEqualTo(isText ? "grammar_score" : "score");
      assertThat(task.samples()).isEqualTo(task.name().equals("Sudoku") ? 108 : 100);
      assertThat(task.stop()).isEmpty();
      assertThat(task.fixedShot()).isEmpty();
    }
    assertThat(ParallelBench.tasks().stream().map(Task::name))
        .containsExactly(
            "Copy",
            "Sort",
            "Reverse",
            "Shuffle",
            "Replace Index",
            "Replace Random",
            "Insert Index",
            "Insert Random",
            "Remove Index",
            "Remove Random",
            "Summarization",
            "Paraphrasing",
            "W2S (easy)",
            "W2S (medium)",
            "W2S (hard)",
            "Latin Square",
            "Sudoku");
    assertThat(ParallelBench.task("waiting_line_n15/sort").genLength()).isEqualTo(128);
  }

  @Test
  void syntheticSeries_areThere() {
    for (String series : List.of("abc", "words", "lst06", "lst08", "lst10", "lst12", "lst16")) {
      for (String task : List.of("copy", "insert_random", "repeat_each", "repeat_list")) {
        assertThat(ParallelBench.task(series + "/" + task).family())
            .isEqualTo(Family.LIST_OPERATION);
      }
    }
  }

  @Test
  void unknownTask_isRefusedByName() {
    assertThatThrownBy(() -> ParallelBench.task("waiting_line/cpoy"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'waiting_line/cpoy'")
        .hasMessageContaining("unmask tasks");
    assertThatThrownBy(() -> Version.of("2027"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'2027'")
        .hasMessageContaining("paper-2510");
  }

  @Test
  void template_fillsFieldsOnceAndTurnsBackslashNIntoALineBreakEverywhere() {
    assertThat(Template.fill("{a}\\n{b} {a}", Map.of("a", "{b}", "b", "x\\ny")))
        .isEqualTo("{b}\nx\ny {b}");
    assertThatThrownBy(() -> Template.fill("{a} {c}", Map.of("a", 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'c'");
  }

  @Test
  void cliPrompts_standABlankLineApartAndShowTheFixedExample() {
    var task = ParallelBench.task(Version.CLI_2026, "waiting_line/insert_index");
    var sample = TaskData.generated(task, 1).getFirst();
    var messages = task.messages(sample);

    assertThat(messages.getFirst().content())
        .isEqualTo(
            "You are managing a waiting line at a customer service desk.\n\n"
                + "A new person \"Virginia Hayes\" joins the line after the person at position 1:"
                + "\n\n[\"Patrick Hicks\", \"Roy Ortiz\", \"Eric Reynolds\"]\n\n"
                + "Please place the new person right after the specified person and provide only "
                + "the final list.");
    assertThat(messages.get(1).content())
        .isEqualTo("[\"Patrick Hicks\", \"Virginia Hayes\", \"Roy Ortiz\", \"Eric Reynolds\"]");
    assertThat(messages.getLast().content()).endsWith("final list.").doesNotContain("inserted");
  }

  @Test
  void cliExamples_areTheDocumentedOnes() {
    assertThat(cliShot("copy")).isEqualTo("[\"Patrick Hicks\", \"Roy Ortiz\", \"Eric Reynolds\"]");
    assertThat(cliShot("sort")).isEqualTo("[\"Eric Reynolds\", \"Patrick Hicks\", \"Roy Ortiz\"]");
    assertThat(cliShot("reverse"))
        .isEqualTo("[\"Eric Reynolds\", \"Roy Ortiz\", \"Patrick Hicks\"]");
    assertThat(cliShot("shuffle"))
        .isEqualTo("[\"Patrick Hicks\", \"Eric Reynolds\", \"Roy Ortiz\"]");
    assertThat(cliShot("insert_random")).endsWith("\"Eric Reynolds\", \"Virginia Hayes\"]");
    for (String task : List.of("remove_index", "remove_random")) {
      assertThat(cliShot(task)).isEqualTo("[\"Patrick Hicks\", \"Eric Reynolds\"]");
    }
    for (String task : List.of("replace_index", "replace_random")) {
      assertThat(cliShot(task))
          .isEqualTo("[\"Patrick Hicks\", \"Virginia Hayes\", \"Eric Reynolds\"]");
    }
  }

  @Test
  void cliIndices_countFromOne() {
    for (var sample : cliSet("waiting_line/remove_index")) {
      var items = items(sample);
      items.remove((Integer) sample.example().input().get("index") - 1);
      assertThat(sample.answer().example()).isEqualTo(write(items));
    }
    for (var sample : cliSet("waiting_line/replace_index")) {
      var items = items(sample);
      int index = (Integer) sample.example().input().get("index") - 1;
      items.set(index, (String) sample.example().input().get("word"));
      assertThat(sample.answer().example()).isEqualTo(write(items));
      assertThat(sample.example().metadata()).containsEntry("index", index);
    }
    for (var sample : cliSet("waiting_line/insert_index")) {
      var items = items(sample);
      int index = (Integer) sample.example().input().get("index");
      assertThat(index).isBetween(1, items.size());
      items.add(index, (String) sample.example().input().get("word"));
      assertThat(sample.answer().example()).isEqualTo(write(items));
    }
  }

  @Test
  void cliSudoku_hasEightBlanksInTheStoredGrid() {
    var task = ParallelBench.task(Version.CLI_2026, "puzzle/sudoku_n4_8");
    for (var sample : TaskData.generated(task, 2)) {
      String puzzle = (String) sample.example().input().get("puzzle");
      assertThat(puzzle.chars().filter(cell -> cell == '_').count()).isEqualTo(8);
      assertThat(sample.answer().example()).matches(puzzle.replace('_', '.'));
      assertThat(task.messages(sample).getLast().content()).startsWith("Solve the following 4x4");
    }
  }

  @Test
  void cliScores_stopAtTheFirstBlankLine() {
    var sample = cliSet("waiting_line/copy").getFirst();
    String right = sample.answer().example();
    String output = right + "\n\n[\"And another\"]";

    assertThat(ParallelBench.task(Version.CLI_2026, "waiting_line/copy").score(sample, output))
        .containsEntry("score", 1.0);
    assertThat(ParallelBench.task("waiting_line/copy").score(sample, output))
        .containsEntry("score", 0.0);
  }

  @Test
  void cliTextScore_isGrammarAlone() {
    var answer = new Answer.Words(List.of("dog"), Optional.empty());
    var sample =
        new Sample(0, new Example(Map.of(), answer, Optional.empty(), Map.of()), List.of());
    GrammarChecker clean =
        new GrammarChecker() {
          @Override
          public int mistakes(String text) {
            return 0;
          }

          @Override
          public String version() {
            return "test";
          }
        };
    String id = "words_to_sentence/easy";

    assertThat(ParallelBench.task(id).score(sample, "A cat.", Judges.ofGrammar(clean)))
        .isEqualTo(Map.of("inclusion_score", 0.0, "grammar_score", 1.0, "score", 0.0));
    assertThat(
            ParallelBench.task(Version.CLI_2026, id)
                .score(sample, "A cat.", Judges.ofGrammar(clean)))
        .isEqualTo(Map.of("inclusion_score", 0.0, "grammar_score", 1.0, "score", 1.0));
  }

  private static List<Sample> cliSet(String id) {
    return TaskData.generated(ParallelBench.task(Version.CLI_2026, id), 3);
  }

  private static String cliShot(String task) {
    return cliSet("waiting_line/" + task).getFirst().shots().getFirst().answer().example();
  }

  private static List<String> items(Sample sample) {
    return new ArrayList<>(
        ListParser.strict((String) sample.example().input().get("context")).get());
  }

  private static String write(List<String> items) {
    return ListParser.write(items);
  }
}
