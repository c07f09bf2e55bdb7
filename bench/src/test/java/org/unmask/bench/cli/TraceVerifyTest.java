package org.unmask.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Replaying recorded traces; see golden/ORIGIN.md. */
class TraceVerifyTest {

  @TempDir Path temp;

  @Test
  void verify_publishedTraces_areEqual() throws IOException {
    Cli run = Cli.run("trace", "verify", "--json", golden(text -> text).toString()).ok();
    List<JsonNode> lines = run.json();
    assertThat(lines).hasSize(3).allSatisfy(l -> assertThat(l.path("equal").asBoolean()).isTrue());
  }

  @Test
  void verify_alteredTrace_saysWhereAndFails() throws IOException {
    Path altered = golden(text -> text.replaceFirst("\"token_ids\":\\[(\\d+)", "\"token_ids\":[7"));
    Cli run = Cli.run("trace", "verify", altered.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("token_ids");
    assertThat(run.err()).contains("1 of 3 traces differ");
  }

  private interface Edit {
    String of(String text);
  }

  private Path golden(Edit edit) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            TraceVerifyTest.class.getResourceAsStream("/golden/short.traces.json"))) {
      return Files.writeString(
          temp.resolve("traces.json"),
          edit.of(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)));
    }
  }
}
