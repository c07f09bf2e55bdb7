package org.unmask.tasks.generate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmask.tasks.metric.Answer;
import org.unmask.tasks.metric.ListParser;
import org.unmask.tasks.parallelbench.Example;
import org.unmask.tasks.parallelbench.Recipe;
import org.unmask.tasks.random.RandomStream;

/**
 * Makes questions about lists: distinct items in random order, and what an operation makes of them.
 *
 * <p>Sorting is by code point of whole items. Indices count from the recipe's base in the prompt,
 * and from 0 in the metadata, except for insertion after a person, where both are the person's
 * number.
 */
final class ListMaker implements ExampleMaker {

  private static final Comparator<String> BY_LAST_NAME =
      Comparator.<String, String>comparing(name -> name.substring(name.lastIndexOf(' ') + 1))
          .thenComparing(Comparator.naturalOrder());

  private final Recipe.Lists recipe;
  private final ItemSource source;

  ListMaker(Recipe.Lists recipe) {
    this.recipe = recipe;
    this.source = ItemSource.of(recipe.vocabulary());
  }

  @Override
  public List<Integer> sizes() {
    return ExampleMaker.range(recipe.minLength(), recipe.maxLength());
  }

  @Override
  public Example make(RandomStream random, int length) {
    var items = source.drawDistinct(random, length);
    return switch (recipe.operation()) {
      case COPY -> plain(items, items, true);
      case SORT -> plain(items, items.stream().sorted().toList(), false);
      case SORT_BY_LAST_NAME -> plain(items, items.stream().sorted(BY_LAST_NAME).toList(), false);
      case REVERSE -> plain(items, items.reversed(), false);
      case SHUFFLE -> shuffle(items, random);
      case REPLACE_INDEX -> replace(items, random, true);
      case REPLACE_RANDOM -> replace(items, random, false);
      case INSERT_INDEX -> insert(items, random, true);
      case INSERT_RANDOM -> insert(items, random, false);
      case REMOVE_INDEX -> remove(items, random, true);
      case REMOVE_RANDOM -> remove(items, random, false);
    };
  }

  private static Example plain(List<String> items, List<String> target, boolean hasMasks) {
    return new Example(
        Map.of("context", text(items)),
        new Answer.Text(text(target)),
        hasMasks ? Optional.of(masks(target)) : Optional.empty(),
        Map.of("length", items.size()));
  }

  private static Example shuffle(List<String> items, RandomStream random) {
    var target = random.shuffled(items);
    while (target.equals(items)) {
      target = random.shuffled(target);
    }
    return new Example(
        Map.of("context", text(items)),
        new Answer.Items(items, Optional.empty(), text(target)),
        Optional.of(masks(target)),
        Map.of("length", items.size()));
  }

  private Example replace(List<String> items, RandomStream random, boolean atIndex) {
    String word = source.drawOther(random, items);
    int index = random.nextInt(items.size());
    var target = new ArrayList<>(items);
    target.set(index, word);
    return withWord(items, word, index, index + recipe.indexBase(), target, atIndex);
  }

  private Example insert(List<String> items, RandomStream random, boolean atIndex) {
    String word = source.drawOther(random, items);
    int index = random.between(atIndex ? recipe.indexBase() : 0, items.size());
    var target = new ArrayList<>(items);
    target.add(index, word);
    return withWord(items, word, index, index, target, atIndex);
  }

  private Example remove(List<String> items, RandomStream random, boolean atIndex) {
    int index = random.nextInt(items.size());
    var target = new ArrayList<>(items);
    target.remove(index);
    var input = new LinkedHashMap<String, Object>();
    input.put("context", text(items));
    var metadata = new LinkedHashMap<String, @Nullable Object>();
    metadata.put("length", items.size());
    metadata.put("index", atIndex ? index : null);
    if (!atIndex) {
      var answer = new Answer.Items(items, Optional.empty(), text(target));
      return new Example(input, answer, Optional.empty(), metadata);
    }
    input.put("index", index + recipe.indexBase());
    return new Example(input, new Answer.Text(text(target)), Optional.empty(), metadata);
  }

  private static Example withWord(
      List<String> items,
      String word,
      int index,
      int shownIndex,
      List<String> target,
      boolean atIndex) {
    var input = new LinkedHashMap<String, Object>();
    input.put("context", text(items));
    input.put("word", word);
    var metadata = new LinkedHashMap<String, @Nullable Object>();
    metadata.put("length", items.size());
    metadata.put("index", atIndex ? index : null);
    metadata.put("word", word);
    Answer answer;
    if (atIndex) {
      input.put("index", shownIndex);
      answer = new Answer.Text(text(target));
    } else {
      answer = new Answer.Items(items, Optional.of(word), text(target));
    }
    return new Example(input, answer, Optional.of(masks(target)), metadata);
  }

  private static String text(List<String> items) {
    return ListParser.write(items);
  }

  private static String masks(List<String> items) {
    return text(Collections.nCopies(items.size(), "[MASK]"));
  }
}
