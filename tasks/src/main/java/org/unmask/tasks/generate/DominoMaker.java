package org.unmask.tasks.generate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmask.tasks.metric.Answer;
import org.unmask.tasks.metric.ListParser;
import org.unmask.tasks.parallelbench.Example;
import org.unmask.tasks.random.RandomStream;

/** Asks for a chain of two-digit numbers from a given start; digits are never 0. */
record DominoMaker() implements ExampleMaker {

  @Override
  public List<Integer> sizes() {
    return ExampleMaker.range(3, 12);
  }

  @Override
  public Example make(RandomStream random, int length) {
    int start = random.between(1, 9) * 10 + random.between(1, 9);
    var chain = new ArrayList<String>();
    int number = start;
    for (int i = 0; i < length; i++) {
      chain.add(String.valueOf(number));
      number = number % 10 * 10 + random.between(1, 9);
    }
    var input = new LinkedHashMap<String, Object>();
    input.put("length", length);
    input.put("start", start);
    return new Example(
        input,
        new Answer.Domino(length, start, ListParser.write(chain)),
        Optional.empty(),
        Map.of("length", length));
  }
}
