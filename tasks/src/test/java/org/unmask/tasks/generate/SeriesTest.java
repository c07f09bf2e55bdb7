package org.unmask.tasks.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmask.tasks.metric.Answer;
import org.unmask.tasks.metric.ListParser;
import org.unmask.tasks.parallelbench.ParallelBench;
import org.unmask.tasks.parallelbench.Sample;

/** The generated sets beyond waiting lines and the two puzzles. */
class SeriesTest {

  @ParameterizedTest
  @ValueSource(ints = {6, 8, 10, 12, 14, 16})
  void letterSeries_haveTheirLength(int n) {
    for (String task : List.of("copy", "shuffle", "replace_random", "remove_index")) {
      for (var sample : set("lst%02d/%s".formatted(n, task))) {
        assertThat(context(sample))
            .hasSize(n)
            .doesNotHaveDuplicates()
            .allMatch(s -> s.length() == 1);
      }
    }
  }

  @Test
  void longSeries_haveTenSamplesOfEachLengthFromSixToFifteen() {
    for (String series : List.of("abc", "words")) {
      var lengths =
          set(series + "/sort").stream()
              .collect(Collectors.groupingBy(Sample::length, Collectors.counting()));
      assertThat(lengths.keySet()).containsExactlyInAnyOrder(6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
      assertThat(lengths.values()).containsOnly(10L);
    }
  }

  @Test
  void repetitions_areBalancedByCountAndNeverTooLong() {
    for (var sample : set("abc/repeat_each")) {
      int count = (Integer) sample.example().input().get("count");
      var items = context(sample);
      var target = ListParser.strict(sample.answer().example()).get();
      assertThat(target).hasSize(items.size() * count).hasSizeLessThanOrEqualTo(15);
      assertThat(target.subList(0, count)).containsOnly(items.getFirst());
      assertThat(sample.size()).isEqualTo(count);
    }
    for (var sample : set("words/repeat_list")) {
      var items = context(sample);
      var target = ListParser.strict(sample.answer().example()).get();
      assertThat(target.subList(items.size(), 2 * items.size())).isEqualTo(items);
    }
    assertThat(
            set("abc/repeat_list").stream()
                .collect(Collectors.groupingBy(Sample::size, Collectors.counting())))
        .isEqualTo(Map.of(2, 20L, 3, 20L, 4, 20L, 5, 20L, 6, 20L));
  }

  @Test
  void sums_runOverTheDigits() {
    for (var sample : set("rec/cumsum")) {
      int sum = 0;
      var sums = new ArrayList<Integer>();
      String digits = (String) sample.example().input().get("list");
      for (String digit : digits.substring(1, digits.length() - 1).split(", ")) {
        sum += Integer.parseInt(digit);
        sums.add(sum);
      }
      assertThat(sample.answer().example()).isEqualTo(sums.toString());
    }
  }

  @Test
  void calculations_haveTheirResult() {
    for (String task : List.of("l2_plus", "l2_minus", "l2_multiply", "l3", "l4")) {
      for (var sample : set("math_op/" + task)) {
        String equation = (String) sample.example().input().get("equation");
        assertThat(equation).endsWith(" = ?");
        String expression = equation.substring(0, equation.length() - 4);
        assertThat(value(expression)).as(equation).hasToString(sample.answer().example());
      }
    }
    assertThat(set("math_op/l2_plus").getFirst().example().input().get("equation").toString())
        .matches("[1-9]\\d{3} \\+ [1-9]\\d{3} = \\?");
    assertThat(set("math_op/l4").getFirst().example().input().get("equation").toString())
        .matches("\\(\\(\\d+ [-+*] \\d+\\) [-+*] \\d+\\) [-+*] \\d+ = \\?");
  }

  @Test
  void lastNameSort_doesWhatThePromptAsks() {
    for (var sample : set("unmask/sort_by_last_name")) {
      assertThat(
              ListParser.strict(sample.answer().example()).get().stream()
                  .map(name -> name.substring(name.indexOf(' ') + 1)))
          .isSorted();
    }
  }

  @Test
  void wordSets_haveDistinctWordsInAnEnglishEnumeration() {
    for (String level : List.of("easy", "medium", "hard")) {
      for (int n : new int[] {1, 3, 4, 5, 6, 7}) {
        for (var sample : set("words_to_sentence/%s_n%d".formatted(level, n))) {
          var words = ((Answer.Words) sample.answer()).words();
          assertThat(words).hasSize(n).doesNotHaveDuplicates();
          assertThat(sample.example().input().get("words"))
              .isEqualTo(WordsMaker.enumeration(words));
          assertThat(sample.length()).isEqualTo(n);
        }
      }
      assertThat(set("words_to_sentence/" + level).getFirst().example().metadata()).isEmpty();
    }
  }

  @Test
  void enumeration_hasAnOxfordComma() {
    assertThat(WordsMaker.enumeration(List.of("dog"))).isEqualTo("dog");
    assertThat(WordsMaker.enumeration(List.of("dog", "cat"))).isEqualTo("dog and cat");
    assertThat(WordsMaker.enumeration(List.of("dog", "cat", "cow"))).isEqualTo("dog, cat, and cow");
  }

  @Test
  void themes_holdSevenDistinctPlainWordsEach() {
    for (String list : List.of("everyday-words.txt", "unusual-words.txt")) {
      for (var theme : WordList.themes(list)) {
        assertThat(theme)
            .hasSizeGreaterThanOrEqualTo(7)
            .doesNotHaveDuplicates()
            .allMatch(word -> word.matches("[a-z]+"));
      }
    }
  }

  @Test
  void conversations_nameTheirPeopleAndFillEverySlot() {
    for (var sample : set("paraphrase_summarize/samsum")) {
      var answer = (Answer.Summary) sample.answer();
      assertThat(answer.text()).isEqualTo(sample.example().input().get("text"));
      assertThat(answer.text() + answer.summary()).doesNotContain("{").doesNotContain("}");
      assertThat(answer.text().lines()).hasSize(4).allMatch(line -> line.matches("[A-Z]\\w+: .+"));
      var people = answer.text().lines().map(line -> line.split(":")[0]).distinct().toList();
      assertThat(people).hasSize(2);
      assertThat(answer.summary()).contains(people);
    }
  }

  @Test
  void sentences_haveAParaphraseInAPythonList() {
    for (var sample : set("paraphrase_summarize/chatgpt-paraphrases")) {
      var answer = (Answer.Paraphrases) sample.answer();
      assertThat(answer.text()).matches("[A-Z][^{}']+[.?]");
      assertThat(answer.examples()).matches("\\['[A-Z][^{}']+[.?]'\\]");
      assertThat(answer.examples()).doesNotContain(answer.text());
    }
  }

  private static List<Sample> set(String id) {
    return Generator.samples(ParallelBench.task(id), 17, 100);
  }

  private static List<String> context(Sample sample) {
    return ListParser.strict((String) sample.example().input().get("context")).get();
  }

  /** Evaluates {@code (a op b) op c}, left to right. */
  private static BigInteger value(String expression) {
    String[] tokens = expression.replace("(", "").replace(")", "").split(" ");
    var result = new BigInteger(tokens[0]);
    for (int i = 1; i < tokens.length; i += 2) {
      var right = new BigInteger(tokens[i + 1]);
      result =
          switch (tokens[i]) {
            case "+" -> result.add(right);
            case "-" -> result.subtract(right);
            default -> result.multiply(right);
          };
    }
    return result;
  }
}
