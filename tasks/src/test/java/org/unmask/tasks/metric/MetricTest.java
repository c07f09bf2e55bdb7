package org.unmask.tasks.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MetricTest {

  private static final Answer.Items ABC =
      new Answer.Items(List.of("A", "B", "C"), Optional.of("X"), "");

  @Test
  void shuffle_isAnyOtherOrderOfTheSameItems() {
    assertThat(loose(Metric.LIST_SHUFFLE, ABC, "[B, A, C]")).isOne();
    assertThat(loose(Metric.LIST_SHUFFLE, ABC, "[A, B, C]")).isZero();
    assertThat(loose(Metric.LIST_SHUFFLE, ABC, "[B, A]")).isZero();
    assertThat(loose(Metric.LIST_SHUFFLE, ABC, "[B, A, A, C]")).isZero();
    assertThat(loose(Metric.LIST_SHUFFLE, ABC, "[b, A, C]")).isZero();
  }

  @Test
  void insert_isTheInputWithTheWordOnceAnywhere() {
    assertThat(loose(Metric.LIST_RANDOM_INSERT, ABC, "[X, A, B, C]")).isOne();
    assertThat(loose(Metric.LIST_RANDOM_INSERT, ABC, "[A, B, C, X]")).isOne();
    assertThat(loose(Metric.LIST_RANDOM_INSERT, ABC, "[A, X, B, X, C]")).isZero();
    assertThat(loose(Metric.LIST_RANDOM_INSERT, ABC, "[B, X, A, C]")).isZero();
    assertThat(loose(Metric.LIST_RANDOM_INSERT, ABC, "[A, B, C]")).isZero();
  }

  @Test
  void remove_isTheInputWithoutOneItem() {
    assertThat(loose(Metric.LIST_RANDOM_REMOVE, ABC, "[A, C]")).isOne();
    assertThat(loose(Metric.LIST_RANDOM_REMOVE, ABC, "[C, A]")).isZero();
    assertThat(loose(Metric.LIST_RANDOM_REMOVE, ABC, "[A]")).isZero();
    assertThat(loose(Metric.LIST_RANDOM_REMOVE, ABC, "[A, A]")).isZero();
    assertThat(loose(Metric.LIST_RANDOM_REMOVE, ABC, "[A, B, C]")).isZero();
  }

  @Test
  void replace_isTheInputWithTheWordInPlaceOfOneItem() {
    assertThat(loose(Metric.LIST_RANDOM_REPLACE, ABC, "[A, X, C]")).isOne();
    assertThat(loose(Metric.LIST_RANDOM_REPLACE, ABC, "[X, X, C]")).isZero();
    assertThat(loose(Metric.LIST_RANDOM_REPLACE, ABC, "[B, X, C]")).isZero();
    assertThat(loose(Metric.LIST_RANDOM_REPLACE, ABC, "[A, B, C]")).isZero();
    assertThat(loose(Metric.LIST_RANDOM_REPLACE, ABC, "[A, B, C, X]")).isZero();
  }

  @Test
  void latinSquare_skipsOtherLinesAndForgivesATrailingRepeat() {
    var square = new Answer.Square(List.of("1", "2"), "");
    assertThat(loose(Metric.LATIN_SQUARE, square, "1,2\n2,1")).isOne();
    assertThat(loose(Metric.LATIN_SQUARE, square, "Here:\n1, 2\r\n\n2, 1\nBye, all")).isOne();
    assertThat(loose(Metric.LATIN_SQUARE, square, "1,2,1\n2,1")).isOne();
    assertThat(loose(Metric.LATIN_SQUARE, square, "1,2\n1,2\n2,1")).isZero();
    assertThat(loose(Metric.LATIN_SQUARE, square, "1,2\n2")).isZero();
    assertThat(loose(Metric.LATIN_SQUARE, square, "\uFEFF1,2\n2,1")).isZero();
    assertThat(loose(Metric.LATIN_SQUARE, square, "1,2,1\n2,1,1")).isZero();
  }

  @Test
  void sudoku_looseCollectsDigitsOfAnyScriptFromLinesWithFour() {
    var grid = new Answer.Text("1234\n3412\n2143\n4321");
    assertThat(loose(Metric.SUDOKU, grid, "| 1 | 2 | 3 | 4 |\n3,4,1,2\n2-1-4-3\n\u0664321"))
        .isOne();
    assertThat(loose(Metric.SUDOKU, grid, "In 2024:\n1234\n3412\n2143\n4321")).isZero();
    assertThat(loose(Metric.SUDOKU, grid, "1234 3412 2143 4321")).isZero();
    assertThat(strict(Metric.SUDOKU, grid, " 1234\n3412 \n\n2143\n4321")).isOne();
    assertThat(strict(Metric.SUDOKU, grid, "1234\n3412\n2143\n432\u00B9")).isZero();
    assertThat(strict(Metric.SUDOKU, grid, "1 2 3 4\n3412\n2143\n4321")).isZero();
  }

  @Test
  void sudoku_whereNeitherParses_isWrong() {
    var broken = new Answer.Text("no grid");
    assertThat(Metric.SUDOKU.score(broken, "none either", Judges.NONE))
        .containsEntry("score", 0.0)
        .containsEntry("score_strict", 0.0);
  }

  @Test
  void words_areSubstringsIncludingCase() {
    var words = new Answer.Words(List.of("dog", "open"), Optional.empty());
    var metric = Metric.SENTENCE_TO_WORDS;
    assertThat(metric.score(words, "dogs openly", Judges.NONE))
        .isEqualTo(Map.of("inclusion_score", 1.0));
    assertThat(metric.score(words, "Dog open", Judges.NONE)).containsEntry("inclusion_score", 0.0);
    assertThat(metric.score(words, " dog open ", Judges.ofGrammar(mistakes(0))))
        .isEqualTo(Map.of("inclusion_score", 1.0, "grammar_score", 1.0, "score", 1.0));
    assertThat(metric.score(words, "dog open", Judges.ofGrammar(mistakes(2))))
        .containsEntry("grammar_score", 0.0)
        .containsEntry("score", 0.0);
  }

  @Test
  void grammar_ofBlankText_isNeverAsked() {
    var asked = new int[1];
    GrammarChecker checker =
        new GrammarChecker() {
          @Override
          public int mistakes(String text) {
            assertThat(text).isEqualTo("It is fine.");
            asked[0]++;
            return 0;
          }

          @Override
          public String version() {
            return "test";
          }
        };
    var words = new Answer.Words(List.of(), Optional.empty());
    var judges = Judges.ofGrammar(checker);
    assertThat(Metric.SENTENCE_TO_WORDS.score(words, " \u00A0\n", judges))
        .containsEntry("grammar_score", 0.0);
    Metric.SENTENCE_TO_WORDS.score(words, " It is fine.\n", judges);
    assertThat(asked[0]).isEqualTo(1);
  }

  @Test
  void summary_multipliesRougeLByGrammar() {
    var answer = new Answer.Summary("", "the cat sat");
    var scores = Metric.SUMMARY.score(answer, "the cat ran", Judges.ofGrammar(mistakes(0)));
    assertThat(scores.keySet())
        .containsExactly("rouge1_score", "rouge2_score", "rougeL_score", "grammar_score", "score");
    assertThat(scores.get("score")).isEqualTo(scores.get("rougeL_score"));
    assertThat(Metric.SUMMARY.score(answer, "", Judges.NONE)).containsEntry("rouge1_score", 0.0);
  }

  @Test
  void paraphrase_multipliesItsThreeParts() {
    var answer = new Answer.Paraphrases("How do I get there by bus?", "[]");
    SimilarityScorer half =
        new SimilarityScorer() {
          @Override
          public double score(String candidate, String reference) {
            return 0.5;
          }

          @Override
          public String version() {
            return "test";
          }
        };
    var judges = new Judges(Optional.of(mistakes(0)), Optional.of(half));
    assertThat(Metric.PARAPHRASE.score(answer, "Which bus goes there?", judges))
        .isEqualTo(
            Map.of(
                "inv_bleu_score", 1.0, "bertscore_score", 0.5, "grammar_score", 1.0, "score", 0.5));
    assertThat(Metric.PARAPHRASE.score(answer, " ", judges).values()).containsOnly(0.0);
    assertThat(Metric.PARAPHRASE.score(answer, answer.text(), judges).get("score"))
        .isCloseTo(0.0, org.assertj.core.api.Assertions.within(1e-15));
  }

  @Test
  void mathOp_readsIntegersAsPythonDoes() {
    var answer = new Answer.Calculation("-12");
    for (String text : new String[] {"-12", " -1_2 ", "-\u0661\u0662", "-012", "-1,2"}) {
      assertThat(strict(Metric.MATH_OP, answer, text)).as(text).isOne();
    }
    for (String text :
        new String[] {"", "-", "--12", "-12.0", "-_12", "-1__2", "-12_", "\u221212"}) {
      assertThat(strict(Metric.MATH_OP, answer, text)).as(text).isZero();
    }
  }

  @Test
  void ownListScore_wantsAJsonArrayAndForgivesItsLayout() {
    var answer = new Answer.Text("[\"A\", \"B\"]");
    for (String text :
        new String[] {
          "[\"A\",\"B\"]", "```json\n[\n  \"A\",\n  \"B\"\n]\n```", "It is [\"A\", \"B\"]."
        }) {
      assertThat(Metric.LIST_MATCH.ownScores(answer, text)).containsEntry("score_json", 1.0);
    }
    for (String text :
        new String[] {
          "", "]", "[A, B]", "[\"A\"]", "[\"A\", 1]", "[[\"A\", \"B\"]]", "[\"A\", \"B\"] [x]"
        }) {
      assertThat(Metric.LIST_MATCH.ownScores(answer, text))
          .as(text)
          .containsEntry("score_json", 0.0);
    }
    assertThat(Metric.LIST_SHUFFLE.ownScores(ABC, "[\"B\",\"A\",\"C\"]"))
        .containsEntry("score_json", 1.0);
  }

  @Test
  void ownSquareScore_forgivesNothingButSpace() {
    var square = new Answer.Square(List.of("1", "2"), "");
    assertThat(Metric.LATIN_SQUARE.ownScores(square, " 1, 2\r\n2,1\n"))
        .containsEntry("score_exact", 1.0);
    for (String text : new String[] {"", "1,2,1\n2,1", "x\n1,2\n2,1", "1,2\n1,2", "1,1\n2,2"}) {
      assertThat(Metric.LATIN_SQUARE.ownScores(square, text))
          .as(text)
          .containsEntry("score_exact", 0.0);
    }
  }

  @Test
  void ownInclusionScore_wantsWholeWordsOfAnyCase() {
    var words = new Answer.Words(List.of("open", "dog"), Optional.empty());
    var metric = Metric.SENTENCE_TO_WORDS;
    assertThat(metric.ownScores(words, "Dog, open!")).containsEntry("inclusion_word_score", 1.0);
    assertThat(metric.ownScores(words, "openly dog")).containsEntry("inclusion_word_score", 0.0);
    assertThat(Metric.SUDOKU.ownScores(new Answer.Text("x"), "x")).isEmpty();
  }

  @Test
  void answerOfAnotherShape_isRefused() {
    assertThatThrownBy(() -> Metric.LIST_SHUFFLE.score(new Answer.Text("x"), "x", Judges.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("list_shuffle_score cannot judge against Text[example=x]");
    var wordless = new Answer.Items(List.of("A"), Optional.empty(), "");
    assertThat(Metric.LIST_SHUFFLE.accepts(wordless)).isTrue();
    assertThat(Metric.LIST_RANDOM_INSERT.accepts(wordless)).isFalse();
    assertThat(Metric.LIST_RANDOM_REPLACE.accepts(wordless)).isFalse();
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void anyText_getsScoresBetweenZeroAndOne(Metric metric) {
    long seed = 99;
    System.out.println("seed " + seed);
    var random = new Random(seed);
    String alphabet =
        "[]\",' \n\t\rAB12-_.#&<>\u0085\u00A0\u2028\u0661\uFF11\uD83D\uDE00\uD800[\"A\", \"B\"]";
    for (int i = 0; i < 3000; i++) {
      var text = new StringBuilder();
      for (int n = random.nextInt(40); n > 0; n--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      assertThat(metric.score(example(metric), text.toString(), Judges.ofGrammar(mistakes(0))))
          .allSatisfy((name, score) -> assertThat(score).as(name).isBetween(0.0, 1.0));
      metric.ownScores(example(metric), text.toString());
    }
  }

  private static Answer example(Metric metric) {
    return switch (metric) {
      case LIST_MATCH, SUDOKU -> new Answer.Text("[\"A\", \"B\"]");
      case LIST_SHUFFLE, LIST_RANDOM_INSERT, LIST_RANDOM_REMOVE, LIST_RANDOM_REPLACE -> ABC;
      case LATIN_SQUARE -> new Answer.Square(List.of("A", "B"), "");
      case SENTENCE_TO_WORDS -> new Answer.Words(List.of("A"), Optional.empty());
      case SUMMARY -> new Answer.Summary("A B", "A 1 2 B");
      case PARAPHRASE -> new Answer.Paraphrases("A B 1 2", "");
      case DOMINO -> new Answer.Domino(2, 11, "");
      case MATH_OP -> new Answer.Calculation("12");
    };
  }

  private static GrammarChecker mistakes(int count) {
    return new GrammarChecker() {
      @Override
      public int mistakes(String text) {
        return count;
      }

      @Override
      public String version() {
        return "test";
      }
    };
  }

  private static double loose(Metric metric, Answer answer, String output) {
    return metric.score(answer, output, Judges.NONE).get("score");
  }

  private static double strict(Metric metric, Answer answer, String output) {
    return metric.score(answer, output, Judges.NONE).get("score_strict");
  }
}
