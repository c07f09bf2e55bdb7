package org.unmask.tasks.generate;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.unmask.tasks.parallelbench.Recipe.Vocabulary;
import org.unmask.tasks.random.RandomStream;

/** Draws the items of lists. */
@FunctionalInterface
interface ItemSource {

  /** Draws one item, uniformly over the vocabulary. */
  String draw(RandomStream random);

  /** Draws {@code count} distinct items, uniformly over their ordered choices. */
  default List<String> drawDistinct(RandomStream random, int count) {
    Set<String> items = new LinkedHashSet<>();
    while (items.size() < count) {
      items.add(draw(random));
    }
    return new ArrayList<>(items);
  }

  /** Draws one item that is not in the list, uniformly over the others. */
  default String drawOther(RandomStream random, List<String> items) {
    String item = draw(random);
    while (items.contains(item)) {
      item = draw(random);
    }
    return item;
  }

  /** Returns the source for a vocabulary. */
  static ItemSource of(Vocabulary vocabulary) {
    return switch (vocabulary) {
      case FULL_NAMES -> {
        var first = WordList.load("first-names.txt");
        var last = WordList.load("last-names.txt");
        yield random -> random.choose(first) + " " + random.choose(last);
      }
      case LETTERS -> random -> String.valueOf((char) ('A' + random.nextInt(26)));
      case WORDS -> {
        var words =
            WordList.themes("everyday-words.txt").stream()
                .flatMap(List::stream)
                .distinct()
                .toList();
        yield random -> random.choose(words);
      }
    };
  }
}
