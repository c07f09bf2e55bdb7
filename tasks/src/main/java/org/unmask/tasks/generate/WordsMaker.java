package org.unmask.tasks.generate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmask.tasks.metric.Answer;
import org.unmask.tasks.parallelbench.Example;
import org.unmask.tasks.parallelbench.Recipe;
import org.unmask.tasks.parallelbench.Recipe.Level;
import org.unmask.tasks.random.RandomStream;

/**
 * Asks for a sentence with given words.
 *
 * <p>The benchmark's word sets were written by a language model; ours are drawn from lists of words
 * grouped by theme: easy sets from one everyday theme, medium ones from as many everyday themes as
 * there are words, hard ones from as many fields of unusual words.
 */
final class WordsMaker implements ExampleMaker {

  private final Recipe.Words recipe;
  private final List<List<String>> themes;

  WordsMaker(Recipe.Words recipe) {
    this.recipe = recipe;
    this.themes =
        WordList.themes(recipe.level() == Level.HARD ? "unusual-words.txt" : "everyday-words.txt");
  }

  @Override
  public List<Integer> sizes() {
    return List.of(recipe.count());
  }

  @Override
  public Example make(RandomStream random, int count) {
    var words =
        recipe.level() == Level.EASY
            ? random.sample(random.choose(themes), count)
            : ofDifferentThemes(random, count);
    Map<String, Integer> metadata = recipe.tellsLength() ? Map.of("length", count) : Map.of();
    return new Example(
        Map.of("words", enumeration(words)),
        new Answer.Words(words, Optional.empty()),
        Optional.empty(),
        Map.copyOf(metadata));
  }

  private List<String> ofDifferentThemes(RandomStream random, int count) {
    var words = new ArrayList<String>();
    while (new HashSet<>(words).size() < count) { // a word may belong to several themes
      words.clear();
      for (var theme : random.sample(themes, count)) {
        words.add(random.choose(theme));
      }
    }
    return words;
  }

  /** Writes words as English does: {@code dog}, {@code dog and cat}, {@code dog, cat, and cow}. */
  static String enumeration(List<String> words) {
    if (words.size() == 1) {
      return words.getFirst();
    }
    String comma = words.size() > 2 ? "," : "";
    return String.join(", ", words.subList(0, words.size() - 1))
        + comma
        + " and "
        + words.getLast();
  }
}
