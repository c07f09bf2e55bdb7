package org.unmask.tasks.generate;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmask.tasks.metric.Answer;
import org.unmask.tasks.parallelbench.Example;
import org.unmask.tasks.random.RandomStream;

/**
 * Asks for a paraphrase of a sentence.
 *
 * <p>The benchmark takes sentences from the chatgpt-paraphrases set; ours are made from templates.
 */
record SentenceMaker() implements ExampleMaker {

  private static final List<String> TEMPLATES = WordList.load("sentences.txt");

  @Override
  public List<Integer> sizes() {
    return List.of(1);
  }

  @Override
  public Example make(RandomStream random, int size) {
    String[] pair = random.choose(TEMPLATES).split("\\|");
    var filler = new SlotFiller(random);
    String text = filler.fill(pair[0]);
    String paraphrase = "['" + filler.fill(pair[1]) + "']"; // a Python list, as in the data files
    return new Example(
        Map.of("text", text),
        new Answer.Paraphrases(text, paraphrase),
        Optional.empty(),
        Map.of("length", size));
  }
}
