package org.unmask.tasks.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmask.tasks.metric.Answer;
import org.unmask.tasks.parallelbench.Example;
import org.unmask.tasks.random.RandomStream;

/** Asks for the running sums of digits from 1 to 9. */
record CumulativeSumMaker() implements ExampleMaker {

  @Override
  public List<Integer> sizes() {
    return ExampleMaker.range(3, 12);
  }

  @Override
  public Example make(RandomStream random, int length) {
    var digits = new ArrayList<Integer>();
    var sums = new ArrayList<Integer>();
    int sum = 0;
    for (int i = 0; i < length; i++) {
      int digit = random.between(1, 9);
      digits.add(digit);
      sum += digit;
      sums.add(sum);
    }
    return new Example( // the JDK writes lists as the benchmark does: [1, 3, 6]
        Map.of("list", digits.toString()),
        new Answer.Text(sums.toString()),
        Optional.empty(),
        Map.of("length", length));
  }
}
