package org.unmask.tasks.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmask.tasks.metric.Answer;
import org.unmask.tasks.parallelbench.Example;
import org.unmask.tasks.random.RandomStream;

/**
 * Asks for the summary of a short conversation between two people.
 *
 * <p>The benchmark takes conversations from the SAMSum corpus; ours are made from templates, so
 * they are shorter and more alike.
 */
record ConversationMaker() implements ExampleMaker {

  private static final List<String> FIRST_NAMES = WordList.load("first-names.txt");
  private static final List<List<String>> SCENES = WordList.blocks("conversations.txt");

  @Override
  public List<Integer> sizes() {
    return List.of(1);
  }

  @Override
  public Example make(RandomStream random, int size) {
    var scene = random.choose(SCENES);
    var names = random.sample(FIRST_NAMES, 2);
    var filler = new SlotFiller(random).with("A", names.getFirst()).with("B", names.getLast());
    var turns = new ArrayList<String>();
    for (String turn : scene.subList(1, scene.size())) {
      turns.add(filler.fill("{" + turn.charAt(0) + "}" + turn.substring(1)));
    }
    String text = String.join("\n", turns);
    return new Example(
        Map.of("text", text),
        new Answer.Summary(text, filler.fill(scene.getFirst())),
        Optional.empty(),
        Map.of("length", size));
  }
}
