package org.unmask.tasks.generate;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmask.tasks.metric.Answer;
import org.unmask.tasks.parallelbench.Example;
import org.unmask.tasks.parallelbench.Recipe;
import org.unmask.tasks.random.RandomStream;

/**
 * Asks for the result of a chain of operations, each taking the result so far as its left operand.
 *
 * <p>For + and - operands have one digit less than the size, for * as many together as the size.
 */
record CalculationMaker(Recipe.Calculation recipe) implements ExampleMaker {

  @Override
  public List<Integer> sizes() {
    return List.of(5, 10, 15, 20, 25, 30, 35, 40, 45, 50);
  }

  @Override
  public Example make(RandomStream random, int size) {
    char operator = operator(random);
    var result = number(random, operator == '*' ? size / 2 : size - 1);
    String expression = result.toString();
    for (int i = 1; i < recipe.operands(); i++) {
      int digits =
          operator == '*' ? Math.max(size - result.abs().toString().length(), 1) : size - 1;
      var right = number(random, digits);
      String left = i == 1 ? expression : "(" + expression + ")";
      expression = left + " " + operator + " " + right;
      result =
          switch (operator) {
            case '+' -> result.add(right);
            case '-' -> result.subtract(right);
            default -> result.multiply(right);
          };
      operator = operator(random);
    }
    var metadata = new LinkedHashMap<String, @Nullable Object>();
    metadata.put("length", size);
    metadata.put("true_length", result.toString().length());
    return new Example(
        Map.of("equation", expression + " = ?"),
        new Answer.Calculation(result.toString()),
        Optional.empty(),
        metadata);
  }

  private char operator(RandomStream random) {
    return recipe.operators().charAt(random.nextInt(recipe.operators().length()));
  }

  private static BigInteger number(RandomStream random, int digits) {
    var text = new StringBuilder().append(random.between(1, 9));
    while (text.length() < digits) {
      text.append(random.between(0, 9));
    }
    return new BigInteger(text.toString());
  }
}
