package org.unmask.tasks.generate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.unmask.tasks.metric.Answer;
import org.unmask.tasks.parallelbench.Example;
import org.unmask.tasks.random.RandomStream;

/**
 * Asks for a Latin square over symbols drawn from letters and digits.
 *
 * <p>The square given as an example is cyclic with its rows and then its columns shuffled, so not
 * every Latin square can occur; any is accepted as an answer. Source: ParallelBench release {@code
 * paper-2510}.
 */
record LatinSquareMaker(int size) implements ExampleMaker {

  /** All letters and digits. */
  static final List<String> SYMBOLS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".chars().mapToObj(Character::toString).toList();

  @Override
  public List<Integer> sizes() {
    return List.of(size);
  }

  @Override
  public Example make(RandomStream random, int length) {
    var symbols = random.sample(SYMBOLS, size);
    var numbers = IntStream.range(0, size).boxed().toList();
    var columns = random.shuffled(numbers);
    return example(symbols, random.shuffled(numbers), columns);
  }

  /**
   * Asks for a square and gives the cyclic one as an example.
   *
   * @param symbols the symbols
   * @param rows order of the rows
   * @param columns order of the columns
   */
  Example example(List<String> symbols, List<Integer> rows, List<Integer> columns) {
    String square =
        rows.stream()
            .map(
                row ->
                    columns.stream()
                        .map(column -> symbols.get((row + column) % size))
                        .collect(Collectors.joining(",")))
            .collect(Collectors.joining("\n"));
    var input = new LinkedHashMap<String, Object>();
    input.put("size", size);
    input.put("symbols", "[" + String.join(", ", symbols) + "]");
    return new Example(
        input, new Answer.Square(symbols, square), Optional.empty(), Map.of("length", size));
  }
}
