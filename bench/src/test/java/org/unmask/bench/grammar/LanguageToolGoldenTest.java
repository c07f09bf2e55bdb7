package org.unmask.bench.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmask.tasks.metric.GrammarChecker;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The shipped LanguageTool against verdicts of 6.6; see golden/languagetool/ORIGIN.md. */
class LanguageToolGoldenTest {

  private static final Path HOME = Path.of("").toAbsolutePath().getParent();

  @Test
  void verdictsOfLanguageTool66_stillHold() throws IOException {
    LanguageTool tool = LanguageTool.in(HOME);
    assertThat(tool.version()).isEqualTo("LanguageTool 6.8 en-US");
    GrammarChecker checker = tool.newChecker();
    List<String> differing = new ArrayList<>();
    int cases = 0;
    try (var in = getClass().getResourceAsStream("/golden/languagetool/grammar.jsonl")) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        JsonNode golden = JsonMapper.shared().readTree(line);
        String text = golden.path("output").asString().strip();
        boolean clean = !text.isEmpty() && checker.mistakes(text) == 0;
        if (clean != (golden.path("grammar_score").asDouble() == 1)) {
          differing.add(text);
        }
        cases++;
      }
    }
    assertThat(cases).isEqualTo(120);
    assertThat(differing).isEmpty();
  }

  @Test
  void aBuildWithoutIt_saysWhatToDo(@TempDir Path empty) {
    assertThatThrownBy(() -> LanguageTool.in(empty))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("run ./mvnw package");
  }
}
