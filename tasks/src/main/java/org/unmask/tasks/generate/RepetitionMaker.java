package org.unmask.tasks.generate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmask.tasks.metric.Answer;
import org.unmask.tasks.metric.ListParser;
import org.unmask.tasks.parallelbench.Example;
import org.unmask.tasks.parallelbench.Recipe;
import org.unmask.tasks.random.RandomStream;

/** Asks for a list to be repeated two to six times; sets are balanced by that number. */
final class RepetitionMaker implements ExampleMaker {

  private final Recipe.Repetition recipe;
  private final ItemSource source;

  RepetitionMaker(Recipe.Repetition recipe) {
    this.recipe = recipe;
    this.source = ItemSource.of(recipe.vocabulary());
  }

  @Override
  public List<Integer> sizes() {
    return ExampleMaker.range(2, 6);
  }

  @Override
  public Example make(RandomStream random, int count) {
    var items = source.drawDistinct(random, random.between(1, recipe.maxLength() / count));
    var target = new ArrayList<String>();
    for (int i = 0; i < items.size() * count; i++) {
      target.add(items.get(recipe.eachItem() ? i / count : i % items.size()));
    }
    var input = new LinkedHashMap<String, Object>();
    input.put("context", ListParser.write(items));
    input.put("count", count);
    var metadata = new LinkedHashMap<String, @Nullable Object>();
    metadata.put("length", items.size());
    metadata.put("count", count);
    return new Example(
        input, new Answer.Text(ListParser.write(target)), Optional.empty(), metadata);
  }
}
