package org.unmask.tasks.generate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.unmask.tasks.parallelbench.Example;
import org.unmask.tasks.parallelbench.Recipe;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;
import org.unmask.tasks.random.RandomStream;

/**
 * Makes sample sets.
 *
 * <p>Sample number r of size n draws from a stream named after the task, n and r, so it is the same
 * in every set with the same seed. No question occurs twice in a set.
 */
public final class Generator {

  private Generator() {}

  /**
   * Makes a set in the official order: by ascending length, every length equally often (the
   * shortest ones once more if the count does not divide). One-shot examples have any length.
   *
   * @param task what to make samples of
   * @param seed chooses the set
   * @param count number of samples
   */
  public static List<Sample> samples(Task task, long seed, int count) {
    if (count < 0) {
      throw new IllegalArgumentException("the number of samples must not be negative: " + count);
    }
    var maker = maker(task.recipe());
    var sizes = maker.sizes();
    var samples = new ArrayList<Sample>();
    var seen = new HashSet<Map<String, Object>>();
    for (int i = 0; i < sizes.size(); i++) {
      int share = count / sizes.size() + (i < count % sizes.size() ? 1 : 0);
      int size = sizes.get(i);
      for (int rank = 0; rank < share; rank++) {
        var random =
            RandomStream.of(
                seed, "%s/%s/%d/%d".formatted(task.version().id(), task.id(), size, rank));
        Example question = maker.make(random, size);
        while (!seen.add(question.input())) {
          question = maker.make(random, size);
        }
        samples.add(new Sample(samples.size(), question, shots(task, maker, random, question)));
      }
    }
    return List.copyOf(samples);
  }

  private static List<Example> shots(
      Task task, ExampleMaker maker, RandomStream random, Example question) {
    if (task.fixedShot().isPresent()) {
      return List.of(task.fixedShot().get());
    }
    var shots = new ArrayList<Example>();
    while (shots.size() < task.shots()) {
      var shot = maker.make(random, random.choose(maker.sizes()));
      if (!shot.input().equals(question.input())) {
        shots.add(shot);
      }
    }
    return shots;
  }

  private static ExampleMaker maker(Recipe recipe) {
    return switch (recipe) {
      case Recipe.Lists lists -> new ListMaker(lists);
      case Recipe.LatinSquare(int size) -> new LatinSquareMaker(size);
      case Recipe.Sudoku(int holes, char blank) -> new SudokuMaker(holes, blank);
      case Recipe.Repetition repetition -> new RepetitionMaker(repetition);
      case Recipe.Domino _ -> new DominoMaker();
      case Recipe.CumulativeSum _ -> new CumulativeSumMaker();
      case Recipe.Calculation calculation -> new CalculationMaker(calculation);
      case Recipe.Words words -> new WordsMaker(words);
      case Recipe.Conversation _ -> new ConversationMaker();
      case Recipe.Sentence _ -> new SentenceMaker();
    };
  }
}
