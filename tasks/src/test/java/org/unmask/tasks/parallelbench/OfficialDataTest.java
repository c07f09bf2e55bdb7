package org.unmask.tasks.parallelbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unmask.tasks.TaskData;
import tools.jackson.databind.json.JsonMapper;

/**
 * Checks against the official data files, which may not be distributed with this project. Runs only
 * where the system property {@code unmask.officialData} or the environment variable {@code
 * UNMASK_OFFICIAL_DATA} names the folder that holds {@code output/test}.
 */
@Tag("official")
class OfficialDataTest {

  private static Path folder;

  @BeforeAll
  static void findData() {
    var given =
        Optional.ofNullable(System.getProperty("unmask.officialData"))
            .or(() -> Optional.ofNullable(System.getenv("UNMASK_OFFICIAL_DATA")));
    assumeTrue(given.isPresent(), "set -Dunmask.officialData=FOLDER to check official data");
    folder = Path.of(given.get());
  }

  @Test
  void everyGoldenCaseHasTheReferenceScores() throws IOException {
    var softly = new SoftAssertions();
    int checked = 0;
    for (var line : Golden.cases()) {
      if (line.index() >= 0) {
        var task = ParallelBench.task(line.task());
        var sample = DataFile.read(folder, task).get(line.index());
        softly
            .assertThat(task.score(sample, line.output(), line.judges()))
            .as(line.toString())
            .containsExactlyEntriesOf(line.scores());
        checked++;
      }
    }
    softly.assertAll();
    assertThat(checked).isEqualTo(1823);
    System.out.println("official scoring cases checked: " + checked);
  }

  @Test
  void everyGoldenConversationIsTheReferenceConversation() throws IOException {
    int checked = 0;
    for (var prompt : Golden.prompts()) {
      var task = ParallelBench.task(prompt.task());
      var sample = DataFile.read(folder, task).get(prompt.index());
      assertThat(task.messages(sample)).as(prompt.toString()).isEqualTo(prompt.messages());
      assertThat(sample.shots()).hasSize(task.shots());
      checked++;
    }
    System.out.println("official conversations checked: " + checked);
  }

  @Test
  void everyFileIsReadAndWrittenBackUnchanged() throws IOException {
    var json = JsonMapper.shared();
    int lines = 0;
    for (var task : withFiles()) {
      var samples = DataFile.read(folder, task);
      var out = new StringWriter();
      DataFile.write(samples, out);
      var expected =
          Files.readAllLines(folder.resolve("output/test").resolve(task.id() + ".jsonl"));
      var written = out.toString().lines().toList();
      assertThat(written).hasSameSizeAs(expected).hasSize(task.samples());
      for (int i = 0; i < expected.size(); i++) {
        assertThat(json.readTree(written.get(i)))
            .as("%s line %d", task.id(), i + 1)
            .isEqualTo(json.readTree(expected.get(i)));
        lines++;
      }
    }
    System.out.println("official lines read and written back: " + lines);
  }

  @Test
  void everyStoredAnswerIsRight() throws IOException {
    int checked = 0;
    for (var task : withFiles()) {
      if (task.family() != Family.TEXT) {
        for (var sample : DataFile.read(folder, task)) {
          var scores = task.score(sample, sample.answer().example());
          assertThat(scores).as("%s %d", task.id(), sample.index()).containsEntry("score", 1.0);
          assertThat(scores).containsEntry("score_strict", 1.0);
          checked++;
        }
      }
    }
    System.out.println("official answers scored: " + checked);
  }

  @Test
  void latinSquares_areMadeAgainWithoutTheirFile() throws IOException {
    var task = ParallelBench.task("puzzle/latin_square_n4");
    assertThat(TaskData.regenerated(task)).isEqualTo(DataFile.read(folder, task));
  }

  private static List<Task> withFiles() {
    return ParallelBench.allTasks(Version.PAPER_2510).stream()
        .filter(task -> task.family() != Family.LIST_OPERATION)
        .filter(task -> !task.id().startsWith("unmask/"))
        .filter(task -> !task.id().matches("puzzle/latin_square_n[35]"))
        .toList();
  }
}
