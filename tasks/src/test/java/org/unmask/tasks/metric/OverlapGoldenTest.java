package org.unmask.tasks.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** ROUGE, BLEU and stems against the reference packages; see ORIGIN.md beside the files. */
class OverlapGoldenTest {

  /** The packages use double arithmetic, but sum and multiply in another order. */
  private static final double ROUNDING = 1e-12;

  @Test
  void rougeAndBleu_areThoseOfTheReferencePackages() throws IOException {
    var lines = lines("overlap.jsonl");
    for (String line : lines) {
      var pair = JsonMapper.shared().readTree(line);
      String candidate = pair.get("candidate").stringValue();
      String reference = pair.get("reference").stringValue();
      var rouge = Rouge.compare(candidate, reference);

      assertThat(rouge.rouge1())
          .as(line)
          .isCloseTo(pair.get("rouge1").doubleValue(), within(ROUNDING));
      assertThat(rouge.rouge2())
          .as(line)
          .isCloseTo(pair.get("rouge2").doubleValue(), within(ROUNDING));
      assertThat(rouge.rougeL())
          .as(line)
          .isCloseTo(pair.get("rougeL").doubleValue(), within(ROUNDING));
      assertThat(Bleu.score(candidate, reference))
          .as(line)
          .isCloseTo(pair.get("bleu").doubleValue(), within(ROUNDING));
      var tokens = new ArrayList<String>();
      pair.get("tokens").forEach(token -> tokens.add(token.stringValue()));
      assertThat(Bleu.tokens(candidate)).isEqualTo(tokens);
    }
    assertThat(lines).hasSize(58);
  }

  @Test
  void stems_areThoseOfNltk() throws IOException {
    var lines = lines("stems.txt");
    for (String line : lines) {
      String[] pair = line.split(" ");
      assertThat(PorterStemmer.stem(pair[0])).as(pair[0]).isEqualTo(pair[1]);
    }
    assertThat(lines).hasSize(400);
  }

  @Test
  void stems_areThoseOfPortersPaper() {
    String[][] pairs = {
      {"caresses", "caress"},
      {"ponies", "poni"},
      {"cats", "cat"},
      {"feed", "feed"},
      {"agreed", "agre"},
      {"plastered", "plaster"},
      {"motoring", "motor"},
      {"sing", "sing"},
      {"conflated", "conflat"},
      {"hopping", "hop"},
      {"falling", "fall"},
      {"filing", "file"},
      {"happy", "happi"},
      {"relational", "relat"},
      {"rational", "ration"},
      {"vietnamization", "vietnam"},
      {"triplicate", "triplic"},
      {"electrical", "electr"},
      {"goodness", "good"},
      {"adoption", "adopt"},
      {"probate", "probat"},
      {"rate", "rate"},
      {"cease", "ceas"},
      {"controll", "control"},
      {"roll", "roll"},
    };
    for (String[] pair : pairs) {
      assertThat(PorterStemmer.stem(pair[0])).as(pair[0]).isEqualTo(pair[1]);
    }
  }

  @Test
  void rouge_ofEqualTexts_isOneAndOfDisjointTextsZero() {
    assertThat(Rouge.compare("Two words.", "two WORDS")).isEqualTo(new Rouge.Scores(1, 1, 1));
    assertThat(Rouge.compare("one", "two")).isEqualTo(new Rouge.Scores(0, 0, 0));
    assertThat(Rouge.compare("", "two")).isEqualTo(new Rouge.Scores(0, 0, 0));
    assertThat(Rouge.compare("", "")).isEqualTo(new Rouge.Scores(0, 0, 0));
  }

  /** Lin's example: of "police killed the gunman", both have 3 of 4 words in common order. */
  @Test
  void rougeL_countsTheLongestCommonSubsequence() {
    String reference = "police arrested the gunman";
    assertThat(Rouge.compare("police shot the gunman", reference).rougeL()).isEqualTo(0.75);
    assertThat(Rouge.compare("the gunman shot police", reference).rougeL()).isEqualTo(0.5);
  }

  @Test
  void bleu_ofOneEqualText_isOneFromFourTokensOn() {
    assertThat(Bleu.score("a b c d", "a b c d")).isEqualTo(1.0);
    assertThat(Bleu.score("a b c", "a b c")).isZero();
    assertThat(Bleu.score("a b c d", "")).isZero();
  }

  /** Precisions 4/4, 3/3, 2/2, 1/1; length 4 of 8, so the penalty is exp(1 - 8/4). */
  @Test
  void bleu_ofAShortText_paysThePenalty() {
    assertThat(Bleu.score("a b c d", "a b c d e f g h")).isCloseTo(Math.exp(-1), within(ROUNDING));
  }

  private static List<String> lines(String file) throws IOException {
    try (var stream = OverlapGoldenTest.class.getResourceAsStream("/golden/overlap/" + file)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }
}
