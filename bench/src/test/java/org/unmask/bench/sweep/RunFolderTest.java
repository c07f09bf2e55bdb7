package org.unmask.bench.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class RunFolderTest {

  private static final Plan PLAN = Fixtures.plan(3, 4);
  private static final List<SampleRow> ROWS = Fixtures.rows(PLAN);

  @TempDir Path temp;
  private final List<String> warnings = new ArrayList<>();

  private RunFolder open(Plan plan) throws IOException {
    ObjectNode session = JsonMapper.shared().createObjectNode().put("java", "25");
    return RunFolder.open(temp.resolve("run"), plan.json(), session, warnings::add);
  }

  private Path samples() {
    return temp.resolve("run/samples.jsonl");
  }

  @Test
  void rowsSurviveReopening() throws IOException {
    try (RunFolder run = open(PLAN)) {
      run.append(ROWS.subList(0, 5));
      run.append(ROWS.subList(5, 7));
    }
    try (RunFolder run = open(PLAN)) {
      assertThat(run.rows()).isEqualTo(ROWS.subList(0, 7));
      assertThat(run.has(ROWS.get(6).key())).isTrue();
      assertThat(run.has(ROWS.get(7).key())).isFalse();
      assertThat(run.manifest().path("sessions").size()).isEqualTo(2);
    }
    assertThat(warnings).isEmpty();
  }

  @Test
  void aFileCutAnywhere_resumesToTheSameSummaryByte_forByte() throws IOException {
    String whole = Summary.of(PLAN, ROWS).json(false).toString();
    byte[] bytes;
    try (RunFolder run = open(PLAN)) {
      run.append(ROWS);
      bytes = Files.readAllBytes(samples());
    }
    long seed = 7;
    Random random = new Random(seed);
    for (int trial = 0; trial < 40; trial++) {
      int cut = random.nextInt(bytes.length + 1);
      Files.write(samples(), java.util.Arrays.copyOf(bytes, cut));
      try (RunFolder run = open(PLAN)) {
        List<SampleRow> missing =
            new ArrayList<>(ROWS.stream().filter(row -> !run.has(row.key())).toList());
        Collections.shuffle(missing, random);
        run.append(missing);
        assertThat(Summary.of(PLAN, run.rows()).json(false).toString())
            .as("seed %d trial %d cut at %d", seed, trial, cut)
            .isEqualTo(whole);
      }
      try (RunFolder run = open(PLAN)) {
        assertThat(run.rows()).hasSize(ROWS.size());
      }
    }
  }

  @Test
  void aLastLineCutShort_isDroppedWithAWarning() throws IOException {
    try (RunFolder run = open(PLAN)) {
      run.append(ROWS.subList(0, 3));
    }
    String text = Files.readString(samples());
    Files.writeString(samples(), text.substring(0, text.length() - 20));
    try (RunFolder run = open(PLAN)) {
      assertThat(run.rows()).isEqualTo(ROWS.subList(0, 2));
      run.append(ROWS.subList(2, 4));
    }
    assertThat(warnings).singleElement().asString().contains("last line of samples.jsonl");
    assertThat(Files.readAllLines(samples())).hasSize(4);
  }

  @Test
  void aWholeLastLineWithoutItsLineFeed_isKept() throws IOException {
    try (RunFolder run = open(PLAN)) {
      run.append(ROWS.subList(0, 3));
    }
    Files.writeString(samples(), Files.readString(samples()).stripTrailing());
    try (RunFolder run = open(PLAN)) {
      assertThat(run.rows()).hasSize(3);
      run.append(ROWS.subList(3, 4));
    }
    assertThat(warnings).isEmpty();
    assertThat(Files.readAllLines(samples())).hasSize(4);
  }

  @Test
  void aCorruptLineInTheMiddle_isAnErrorWithItsNumber() throws IOException {
    try (RunFolder run = open(PLAN)) {
      run.append(ROWS.subList(0, 3));
    }
    List<String> lines = new ArrayList<>(Files.readAllLines(samples()));
    lines.set(1, "{\"model\":");
    Files.write(samples(), lines);
    assertThatThrownBy(() -> open(PLAN))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("line 2 is not a sample");
  }

  @Test
  void otherOptions_areRefusedNamingTheDifference() throws IOException {
    open(PLAN).close();
    Plan other =
        new Plan(
            PLAN.version(),
            "generated, seed 7",
            PLAN.grammar(),
            PLAN.shard(),
            PLAN.models(),
            PLAN.tasks(),
            PLAN.strategies());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(other))
        .withMessageContaining("data was generated, seed 42, now generated, seed 7");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(Fixtures.plan(2, 4)))
        .withMessageContaining("tasks was a list of 3, now a list of 2");
  }

  @Test
  void aSecondWriter_isRefused() throws IOException {
    try (RunFolder first = open(PLAN)) {
      assertThatThrownBy(() -> open(PLAN))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in use");
      first.append(ROWS.subList(0, 1));
    }
    open(PLAN).close();
  }

  @Test
  void aFolderThatCannotBeWritten_isAnError() throws IOException {
    Files.writeString(temp.resolve("run"), "a file in the way");
    assertThatThrownBy(() -> open(PLAN))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot write the run folder")
        .hasMessageContaining("--runs-dir");
  }

  @Test
  void samplesWithoutManifest_areNotOverwritten() throws IOException {
    Files.createDirectories(temp.resolve("run"));
    Files.writeString(samples(), "{}\n");
    assertThatThrownBy(() -> open(PLAN)).hasMessageContaining("no manifest.json");
    assertThat(Files.readString(samples())).isEqualTo("{}\n");
  }
}
