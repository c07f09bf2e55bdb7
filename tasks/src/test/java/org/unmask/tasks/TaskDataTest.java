package org.unmask.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmask.tasks.metric.Judges;
import org.unmask.tasks.parallelbench.DataFile;
import org.unmask.tasks.parallelbench.Example;
import org.unmask.tasks.parallelbench.Family;
import org.unmask.tasks.parallelbench.ParallelBench;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;
import org.unmask.tasks.parallelbench.Version;

class TaskDataTest {

  private static final Task COPY = ParallelBench.task("waiting_line/copy");

  static List<Task> generatedTasks() {
    return Stream.of(Version.values())
        .flatMap(version -> ParallelBench.allTasks(version).stream())
        .toList();
  }

  @Test
  void generatedSet_ofWaitingLine_hasEveryLengthEquallyOftenInAscendingOrder() {
    var lengths = TaskData.generated(COPY, 1).stream().map(Sample::length).toList();

    assertThat(lengths).hasSize(100).isSorted();
    assertThat(lengths.stream().collect(Collectors.groupingBy(n -> n, Collectors.counting())))
        .isEqualTo(Map.of(3, 25L, 4, 25L, 5, 25L, 6, 25L));
  }

  @Test
  void generatedSet_whoseSizeDoesNotDivide_hasTheShortestLengthsOnceMore() {
    assertThat(TaskData.generated(COPY, 1, 10).stream().map(Sample::length))
        .containsExactly(3, 3, 3, 4, 4, 4, 5, 5, 6, 6);
    assertThat(TaskData.generated(COPY, 1, 0)).isEmpty();
  }

  @Test
  void generatedSet_ofNegativeSize_isRefused() {
    assertThatThrownBy(() -> TaskData.generated(COPY, 1, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
  }

  @ParameterizedTest
  @MethodSource("generatedTasks")
  void generatedSet_isRepeatableAndDependsOnTheSeed(Task task) {
    assertThat(TaskData.generated(task, 7, 12)).isEqualTo(TaskData.generated(task, 7, 12));
    assertThat(TaskData.generated(task, 7, 12)).isNotEqualTo(TaskData.generated(task, 8, 12));
  }

  @ParameterizedTest
  @MethodSource("generatedTasks")
  void smallSet_holdsTheSamplesOfLargerSets(Task task) {
    var small = TaskData.generated(task, 3, 10);
    var chosen = TaskData.balanced(TaskData.generated(task, 3), 10);

    assertThat(small.stream().map(Sample::example))
        .containsExactlyElementsOf(chosen.stream().map(Sample::example).toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4, 5, 10, 99, 100, 200})
  void balancedChoice_hasEveryLengthEquallyOftenAndGrowsBySteps(int count) {
    var all = TaskData.generated(COPY, 5);
    var chosen = TaskData.balanced(all, count);
    var sizes = chosen.stream().collect(Collectors.groupingBy(Sample::length)).values();

    assertThat(chosen).hasSize(Math.min(count, 100));
    assertThat(chosen.stream().map(Sample::index)).isSorted().doesNotHaveDuplicates();
    if (count >= 4) {
      assertThat(sizes).hasSize(4);
      var counts = sizes.stream().map(List::size).sorted().toList();
      assertThat(counts.getLast() - counts.getFirst()).isLessThanOrEqualTo(1);
    }
    assertThat(TaskData.balanced(all, count + 1)).containsAll(chosen);
  }

  @ParameterizedTest
  @MethodSource("generatedTasks")
  void everyAnswer_scoresFullMarksAndNoQuestionRepeats(Task task) {
    var samples = TaskData.generated(task, 11);

    assertThat(samples).hasSize(task.samples());
    assertThat(samples.stream().map(sample -> sample.example().input())).doesNotHaveDuplicates();
    for (var sample : samples) {
      assertThat(sample.shots()).hasSize(task.shots());
      task.messages(sample);
      if (task.family() != Family.TEXT) {
        assertRight(task, sample.example());
        for (var shot : sample.shots()) {
          assertThat(shot.input()).isNotEqualTo(sample.example().input());
          assertRight(task, shot);
        }
      }
    }
  }

  private static void assertRight(Task task, Example example) {
    var answer = example.answer();
    var scores = task.metric().score(answer, answer.example(), Judges.NONE);
    assertThat(scores).as("%s %s", task.id(), example).containsEntry("score", 1.0);
    boolean hasQuotes = !task.id().equals("rec/cumsum");
    assertThat(scores).containsEntry("score_strict", hasQuotes ? 1.0 : 0.0);
    assertThat(task.metric().ownScores(answer, answer.example()).entrySet())
        .allMatch(own -> own.getValue() == 1.0 || !hasQuotes);
  }

  @ParameterizedTest
  @MethodSource("generatedTasks")
  void generatedSet_isWrittenAndReadBackUnchanged(Task task, @TempDir Path folder)
      throws IOException {
    var samples = TaskData.generated(task, 13, 20);
    var out = new StringWriter();
    DataFile.write(samples, out);
    Path file = folder.resolve("output/test").resolve(task.id() + ".jsonl");
    Files.createDirectories(file.getParent());
    Files.writeString(file, out.toString());

    assertThat(TaskData.official(folder, task)).isEqualTo(samples);
    assertThat(TaskData.official(folder.resolve("output/test"), task)).isEqualTo(samples);
  }

  /** Published results name a seed; this digest changes if a set with that seed does. */
  @Test
  void generatedSets_areFixedForEver() throws Exception {
    var out = new StringWriter();
    for (var task : ParallelBench.tasks()) {
      if (task.family() != Family.TEXT) {
        DataFile.write(TaskData.generated(task, 42), out);
      }
    }
    assertThat(sha256(out))
        .isEqualTo("1d3cedd9d8b0d7bdfb4d33cbaf6ec2d3b52ee43ec9db2831e12fd280b36c4e6b");
  }

  @Test
  void everyOtherGeneratedSet_isFixedToo() throws Exception {
    var out = new StringWriter();
    for (var task : generatedTasks()) {
      DataFile.write(TaskData.generated(task, 42, 20), out);
    }
    assertThat(sha256(out))
        .isEqualTo("0ce6dc8dfcc91cb5c47ed1db8bb542463f8f66ed896e6983b0a23775c10370e6");
  }

  private static String sha256(StringWriter text) throws NoSuchAlgorithmException {
    var digest = MessageDigest.getInstance("SHA-256");
    return HexFormat.of()
        .formatHex(digest.digest(text.toString().getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void setWithoutAKnownGenerator_cannotBeMadeAgain() {
    for (var task : List.of(COPY, ParallelBench.task(Version.CLI_2026, "puzzle/latin_square_n4"))) {
      assertThatThrownBy(() -> TaskData.regenerated(task))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(task.id());
    }
  }

  @Test
  void missingFile_isNamedWithARemedy(@TempDir Path folder) {
    assertThatThrownBy(() -> TaskData.official(folder, COPY))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("copy.jsonl")
        .hasMessageContaining("output/test");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[]",
        "{}",
        "{\"input\": {}, \"answer\": \"x\"}",
        "{\"input\": {\"context\": 1.5}, \"answer\": \"x\"}",
        "{\"input\": {\"context\": \"x\"}, \"answer\": {\"words\": [\"a\"]}}",
        "{\"input\": {\"context\": \"x\"}, \"answer\": {\"input\": [1], \"example\": \"x\"}}",
        "{\"input\": {\"context\": \"x\"}, \"answer\": 7}"
      })
  void malformedLine_isNamedByFileAndNumber(String line, @TempDir Path folder) throws IOException {
    Path file = folder.resolve("waiting_line/copy.jsonl");
    Files.createDirectories(file.getParent());
    String good = "{\"input\": {\"context\": \"x\"}, \"answer\": \"x\", \"metadata\": {}}\n";
    Files.writeString(file, good + line + "\n");

    assertThatThrownBy(() -> TaskData.official(folder, COPY))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("copy.jsonl line 2");
  }
}
