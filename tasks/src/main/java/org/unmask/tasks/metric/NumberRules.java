package org.unmask.tasks.metric;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Judges number chains and calculations. Source: ParallelBench release {@code paper-2510}. */
final class NumberRules {

  private static final BigInteger HUNDRED = BigInteger.valueOf(100);

  private NumberRules() {}

  /** Tells whether all integers of a text, in order, are the chain asked for. */
  static boolean isDominoLoose(String output, Answer.Domino answer) {
    var numbers = new ArrayList<BigInteger>();
    var digits = new StringBuilder();
    for (int codePoint : (output + "\n").codePoints().toArray()) {
      if (PythonText.isDigit(codePoint)) {
        digits.append(Character.digit(codePoint, 10));
      } else if (!digits.isEmpty()) {
        numbers.add(new BigInteger(digits.toString()));
        digits.setLength(0);
      }
    }
    return isChain(numbers, answer);
  }

  /** Tells whether a list in the prompt's notation holds the chain asked for. */
  static boolean isDominoStrict(String output, Answer.Domino answer) {
    var items = ListParser.strict(output);
    if (items.isEmpty()) {
      return false;
    }
    var numbers = new ArrayList<BigInteger>();
    for (String item : items.get()) {
      var number = PythonText.parseInt(item);
      if (number.isEmpty()) {
        return false;
      }
      numbers.add(number.get());
    }
    return isChain(numbers, answer);
  }

  /** Tells whether the result occurs anywhere in the text, even inside a longer number. */
  static boolean isResultLoose(String output, Answer.Calculation answer) {
    return output.replace(",", "").contains(answer.result());
  }

  /** Tells whether the text is the result and nothing else. */
  static boolean isResultStrict(String output, Answer.Calculation answer) {
    var number = PythonText.parseInt(output.replace(",", ""));
    return number.isPresent() && number.equals(PythonText.parseInt(answer.result()));
  }

  private static boolean isChain(List<BigInteger> numbers, Answer.Domino answer) {
    if (numbers.size() != answer.length()
        || numbers.isEmpty()
        || !numbers.getFirst().equals(BigInteger.valueOf(answer.start()))) {
      return false;
    }
    for (int i = 0; i < numbers.size(); i++) {
      var number = numbers.get(i);
      if (number.compareTo(BigInteger.TEN) <= 0 || number.compareTo(HUNDRED) >= 0) {
        return false;
      }
      if (i > 0 && numbers.get(i - 1).intValue() % 10 != number.intValue() / 10) {
        return false;
      }
    }
    return true;
  }
}
