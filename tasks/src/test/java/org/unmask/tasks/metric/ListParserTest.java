package org.unmask.tasks.metric;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ListParserTest {

  @Test
  void loose_readsBetweenTheLastOpenAndTheFirstCloseAfterIt() {
    assertThat(ListParser.loose("[\"A\"] then [\"B\", \"C\"] done]")).containsExactly("B", "C");
    assertThat(ListParser.loose("x] [a")).containsExactly("a");
    assertThat(ListParser.loose("[[\"A\", \"B\"]]")).containsExactly("A", "B");
    assertThat(ListParser.loose("[\"A\"] [done]")).containsExactly("done");
  }

  @Test
  void loose_withoutBracketsTakesTheWholeText() {
    assertThat(ListParser.loose("Sure, here it is")).containsExactly("Sure", "here it is");
    assertThat(ListParser.loose("A, B]")).containsExactly("A", "B");
    assertThat(ListParser.loose("")).isEmpty();
  }

  @Test
  void loose_dropsPiecesThatPythonCallsBlank() {
    for (int blank :
        new int[] {
          0x1C, 0x1F, 0x85, 0xA0, 0x1680, 0x2000, 0x200A, 0x2028, 0x202F, 0x205F, 0x3000
        }) {
      assertThat(ListParser.loose("[a,%c,b]".formatted(blank))).containsExactly("a", "b");
    }
    assertThat(ListParser.loose("[a,\u200B,b]")).hasSize(3); // zero-width space is not blank
    assertThat(ListParser.loose("[a,\uFEFF,b]")).hasSize(3);
  }

  @Test
  void loose_stripsQuotesAndSpacesOnly() {
    assertThat(ListParser.loose("[ \"\" A \", 'B', \tC, \nD,\u00A0E]"))
        .containsExactly("A", "'B'", "\tC", "\nD", "\u00A0E");
    assertThat(ListParser.loose("[\"\"]")).containsExactly("");
    assertThat(ListParser.loose("[\"A\",]")).containsExactly("A");
  }

  @Test
  void strict_acceptsTheNotationOfThePrompt() {
    assertThat(ListParser.strict("So: [\"A B\", \"C\"].").get()).containsExactly("A B", "C");
    assertThat(ListParser.strict("[\"\"]").get()).containsExactly("");
  }

  @Test
  void strict_acceptsALoneQuoteAsAnEmptyItem() {
    assertThat(ListParser.strict("[\"]").get()).containsExactly("");
    assertThat(ListParser.strict("[\"A\", \"]").get()).containsExactly("A", "");
  }

  @Test
  void strict_refusesEverythingElse() {
    for (String text :
        new String[] {
          "",
          "[]",
          "\"A\", \"B\"",
          "[\"A\"",
          "\"A\"]",
          "[\"A\",\"B\"]",
          "[\"A\",  \"B\"]",
          "['A', 'B']",
          "[A, B]",
          "[\"A\", \"B\", ]",
          "[\"A\", \"B \"C\" D\"]",
          "] [\"A\""
        }) {
      assertThat(ListParser.strict(text)).as(text).isEmpty();
    }
  }
}
