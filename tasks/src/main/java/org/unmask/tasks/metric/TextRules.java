package org.unmask.tasks.metric;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** Scores of free text. Source: ParallelBench release {@code paper-2510}. */
final class TextRules {

  private TextRules() {}

  /** Every word is a substring of the output, and the output is good English. */
  static Map<String, Double> sentence(String output, Answer.Words answer, Judges judges) {
    var scores = new LinkedHashMap<String, Double>();
    double inclusion = answer.words().stream().allMatch(output::contains) ? 1.0 : 0.0;
    scores.put("inclusion_score", inclusion);
    grammar(output, judges)
        .ifPresent(
            grammar -> {
              scores.put("grammar_score", grammar);
              scores.put("score", inclusion * grammar);
            });
    return scores;
  }

  /** Word overlap with the reference summary, and good English. */
  static Map<String, Double> summary(String output, Answer.Summary answer, Judges judges) {
    var scores = new LinkedHashMap<String, Double>();
    var rouge = Rouge.compare(output, answer.summary());
    scores.put("rouge1_score", rouge.rouge1());
    scores.put("rouge2_score", rouge.rouge2());
    scores.put("rougeL_score", rouge.rougeL());
    grammar(output, judges)
        .ifPresent(
            grammar -> {
              scores.put("grammar_score", grammar);
              scores.put("score", rouge.rougeL() * grammar);
            });
    return scores;
  }

  /** Other words than the source sentence, the same meaning, and good English. */
  static Map<String, Double> paraphrase(String output, Answer.Paraphrases answer, Judges judges) {
    var scores = new LinkedHashMap<String, Double>();
    String text = PythonText.strip(output);
    double otherWords = text.isEmpty() ? 0.0 : 1.0 - Bleu.score(text, answer.text());
    scores.put("inv_bleu_score", otherWords);
    judges
        .similarity()
        .ifPresent(
            judge ->
                scores.put(
                    "bertscore_score", text.isEmpty() ? 0.0 : judge.score(text, answer.text())));
    grammar(output, judges)
        .ifPresent(
            grammar -> {
              scores.put("grammar_score", grammar);
              if (scores.containsKey("bertscore_score")) {
                scores.put("score", otherWords * scores.get("bertscore_score") * grammar);
              }
            });
    return scores;
  }

  /** 1 for text without a mistake, 0 for any mistake and for blank text. */
  static OptionalDouble grammar(String output, Judges judges) {
    if (judges.grammar().isEmpty()) {
      return OptionalDouble.empty();
    }
    String text = PythonText.strip(output);
    boolean clean = !text.isEmpty() && judges.grammar().get().mistakes(text) == 0;
    return OptionalDouble.of(clean ? 1.0 : 0.0);
  }
}
