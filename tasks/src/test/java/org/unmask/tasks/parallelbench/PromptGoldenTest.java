package org.unmask.tasks.parallelbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmask.tasks.TaskData;
import org.unmask.tasks.metric.Answer;

/**
 * Every golden conversation. The fields are read back from the golden prompts with the template as
 * a pattern, so a wrong character anywhere in a template finds no match.
 */
class PromptGoldenTest {

  private static final Pattern FIELD = Pattern.compile("\\{(\\w+)}");

  static List<Golden.Prompt> prompts() {
    return Golden.prompts();
  }

  @ParameterizedTest
  @MethodSource("prompts")
  void messagesAreTheReferenceMessages(Golden.Prompt prompt) {
    var task = ParallelBench.task(prompt.task());
    var shots = new ArrayList<Example>();
    for (int i = 0; i + 1 < prompt.messages().size(); i += 2) {
      shots.add(
          example(
              task, prompt.messages().get(i).content(), prompt.messages().get(i + 1).content()));
    }
    var sample =
        new Sample(
            prompt.index(), example(task, prompt.messages().getLast().content(), "unused"), shots);

    assertThat(shots).hasSize(task.shots());
    assertThat(task.messages(sample)).isEqualTo(prompt.messages());
  }

  @Test
  void regeneratedLatinSquares_areTheReferenceOnes() {
    var task = ParallelBench.task("puzzle/latin_square_n4");
    var samples = TaskData.regenerated(task);
    int checked = 0;
    for (var prompt : prompts()) {
      if (prompt.task().equals(task.id())) {
        var sample = samples.get(prompt.index());
        assertThat(task.messages(sample)).isEqualTo(prompt.messages());
        assertThat(sample.answer().example())
            .isEqualTo(prompt.label().get("example").stringValue());
        checked++;
      }
    }
    assertThat(samples).hasSize(100);
    assertThat(checked).isEqualTo(3);
  }

  @Test
  void goldenFileIsWhole() {
    assertThat(prompts()).hasSize(63);
  }

  private static Example example(Task task, String prompt, String answer) {
    return new Example(fields(task, prompt), new Answer.Text(answer), Optional.empty(), Map.of());
  }

  private static Map<String, Object> fields(Task task, String prompt) {
    var pattern = new StringBuilder();
    var names = new ArrayList<String>();
    String template = task.template().replace("\\n", "\n");
    var matcher = FIELD.matcher(template);
    int end = 0;
    while (matcher.find()) {
      pattern.append(Pattern.quote(template.substring(end, matcher.start())));
      String name = matcher.group(1);
      pattern.append(names.contains(name) ? "\\k<" + name + ">" : "(?<" + name + ">.*)");
      names.add(name);
      end = matcher.end();
    }
    pattern.append(Pattern.quote(template.substring(end)));
    var match = Pattern.compile(pattern.toString(), Pattern.DOTALL).matcher(prompt);
    assertThat(match.matches()).as("template of %s fits %s", task.id(), prompt).isTrue();
    var fields = new LinkedHashMap<String, Object>();
    for (String name : names) {
      fields.put(name, match.group(name));
    }
    return fields;
  }
}
