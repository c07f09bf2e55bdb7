package org.unmask.tasks.theory;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.unmask.tasks.parallelbench.Recipe.Operation;

/**
 * What an ideal model can reach on list operations, in closed form.
 *
 * <p>Items are single tokens, the n right answers equally likely, and the model's marginals are the
 * true conditional distributions. Source: ParallelBench (arXiv 2510.04767), equations 1 to 5 and
 * table 1; insert and remove at random, and thresholds for shuffle, are derived here. {@link
 * IdealModel} computes the same by enumeration.
 */
public final class ClosedForms {

  private ClosedForms() {}

  /** Returns how many items an answer has for a list of n. */
  public static int positions(Operation operation, int n) {
    return switch (operation) {
      case INSERT_RANDOM, INSERT_INDEX -> n + 1;
      case REMOVE_RANDOM, REMOVE_INDEX -> n - 1;
      case COPY, SORT, SORT_BY_LAST_NAME, REVERSE, SHUFFLE, REPLACE_INDEX, REPLACE_RANDOM -> n;
    };
  }

  /**
   * Returns the conditional total correlation C(Y|X): the least Kullback-Leibler divergence from
   * the data that decoding in one step can have.
   *
   * @param operation the task
   * @param n items of the input list
   * @return bits, 0 or more
   */
  public static double totalCorrelation(Operation operation, int n) {
    requireItems(operation, n);
    return switch (operation) {
      case COPY, SORT, SORT_BY_LAST_NAME, REVERSE, REPLACE_INDEX, INSERT_INDEX, REMOVE_INDEX -> 0;
      case SHUFFLE -> n * log2(n) - log2(factorial(n));
      case REPLACE_RANDOM -> n == 1 ? 0 : (n - 1) * (log2(n) - log2(n - 1));
      case INSERT_RANDOM -> {
        double sum = 0;
        for (int i = 0; i <= n; i++) {
          sum += entropy((n - i) / (n + 1.0), 1 / (n + 1.0), i / (n + 1.0));
        }
        yield sum - log2(n + 1);
      }
      case REMOVE_RANDOM -> {
        double sum = 0;
        for (int i = 0; i <= n - 2; i++) {
          sum += binaryEntropy((i + 1.0) / n);
        }
        yield sum - log2(n);
      }
    };
  }

  /**
   * Returns the lower bound L_T of the divergence for decoding in several steps.
   *
   * @param operation the task
   * @param n items of the input list
   * @param sizes positions per step; which ones does not matter where this is known
   * @return bits, or empty where no closed form is known
   */
  public static OptionalDouble lowerBound(Operation operation, int n, List<Integer> sizes) {
    requireItems(operation, n);
    requireSum(operation, n, sizes);
    return switch (operation) {
      case COPY, SORT, SORT_BY_LAST_NAME, REVERSE, REPLACE_INDEX, INSERT_INDEX, REMOVE_INDEX ->
          OptionalDouble.of(0);
      case SHUFFLE -> {
        double sum = -log2(factorial(n));
        int left = n;
        for (int size : sizes) {
          sum += size * log2(left);
          left -= size;
        }
        yield OptionalDouble.of(sum);
      }
      case REPLACE_RANDOM -> {
        double sum = 0;
        int left = n;
        for (int size : sizes) {
          double share = (double) size / left;
          double step = size * binaryEntropy(1.0 / left) - share * log2(left);
          if (size < left) {
            step -= (1 - share) * log2(left / (double) (left - size));
          }
          sum += left / (double) n * step;
          left -= size;
        }
        yield OptionalDouble.of(sum);
      }
      case INSERT_RANDOM, REMOVE_RANDOM ->
          sizes.size() == 1
              ? OptionalDouble.of(totalCorrelation(operation, n))
              : OptionalDouble.empty();
    };
  }

  /**
   * Returns the share of right answers.
   *
   * @param operation the task
   * @param n items of the input list
   * @param rule how the model decodes
   * @return accuracy in [0, 1], or empty where no closed form is known
   */
  public static OptionalDouble accuracy(Operation operation, int n, DecodingRule rule) {
    requireItems(operation, n);
    switch (rule) {
      case DecodingRule.Greedy(List<Integer> sizes) -> requireSum(operation, n, sizes);
      case DecodingRule.Sampling(List<Integer> sizes) -> requireSum(operation, n, sizes);
      case DecodingRule.Threshold _ -> {}
    }
    return switch (operation) {
      case COPY, SORT, SORT_BY_LAST_NAME, REVERSE, REPLACE_INDEX, INSERT_INDEX, REMOVE_INDEX ->
          OptionalDouble.of(1);
      case SHUFFLE ->
          switch (rule) {
            case DecodingRule.Greedy(List<Integer> sizes) -> OptionalDouble.of(shuffle(n, sizes));
            case DecodingRule.Sampling(List<Integer> sizes) -> OptionalDouble.of(shuffle(n, sizes));
            case DecodingRule.Threshold(double threshold) ->
                OptionalDouble.of(shuffle(n, thresholdSizes(n, threshold)));
          };
      case REPLACE_RANDOM ->
          switch (rule) {
            case DecodingRule.Greedy(List<Integer> sizes) ->
                OptionalDouble.of(greedyReplace(sizes.getLast()));
            case DecodingRule.Sampling(List<Integer> sizes) ->
                OptionalDouble.of(sampledReplace(n, sizes));
            case DecodingRule.Threshold(double threshold) ->
                OptionalDouble.of(threshold > (n - 1.0) / n ? 1 : greedyReplace(n));
          };
      case INSERT_RANDOM -> oneStep(rule, insertInOneStep(n), greedyInsertInOneStep(n));
      case REMOVE_RANDOM -> oneStep(rule, removeInOneStep(n), 1);
    };
  }

  /**
   * Returns the accuracy of a model that knows all n! orders, where the input itself is no right
   * answer, as in the benchmark.
   *
   * @param n items of the input list
   * @param sizes positions per step
   */
  public static double shuffleOtherThanInput(int n, List<Integer> sizes) {
    requireSum(Operation.SHUFFLE, n, sizes);
    return shuffle(n, sizes) * (1 - 1 / factorial(n));
  }

  /**
   * Returns the accuracy of shuffling, in one step, names of two tokens that are drawn
   * independently: n!/n^(2n).
   */
  public static double shuffleOfTwoTokenNames(int n) {
    requireItems(Operation.SHUFFLE, n);
    return factorial(n) / Math.pow(n, 2.0 * n);
  }

  /** P(r, s) / r^s over all steps: nobody is taken twice. */
  private static double shuffle(int n, List<Integer> sizes) {
    double accuracy = 1;
    int left = n;
    for (int size : sizes) {
      for (int i = 0; i < size; i++) {
        accuracy *= (left - i) / (double) left;
      }
      left -= size;
    }
    return accuracy;
  }

  /** One by one until the uniform confidence 1/r reaches the threshold, then all the rest. */
  private static List<Integer> thresholdSizes(int n, double threshold) {
    var sizes = new ArrayList<Integer>();
    int left = n;
    while (left > 0) {
      int size = 1.0 / left >= threshold ? left : 1;
      sizes.add(size);
      left -= size;
    }
    return sizes;
  }

  /** Only the last step may have to choose where the new item goes, and two may choose alike. */
  private static double greedyReplace(int lastSize) {
    return switch (lastSize) {
      case 1 -> 1;
      case 2 -> 0.5;
      default -> 0;
    };
  }

  /** The new item falls into step t, once, and into no step before. */
  private static double sampledReplace(int n, List<Integer> sizes) {
    double accuracy = 0;
    double notYet = 1;
    int left = n;
    for (int size : sizes) {
      double keep = (left - 1.0) / left;
      accuracy += notYet * size / left * Math.pow(keep, size - 1);
      notYet *= Math.pow(keep, size);
      left -= size;
    }
    return accuracy;
  }

  private static double insertInOneStep(int n) {
    return factorial(n) * Math.pow(2, n) / Math.pow(n + 1, n + 1);
  }

  /** From three items on, the new one is most probable nowhere; below, it ties. */
  private static double greedyInsertInOneStep(int n) {
    return n <= 2 ? 1.0 / (n + 1) : 0;
  }

  private static double removeInOneStep(int n) {
    return factorial(n - 1) * Math.pow(2, n - 1) / Math.pow(n, n - 1);
  }

  private static OptionalDouble oneStep(DecodingRule rule, double sampled, double greedy) {
    return switch (rule) {
      case DecodingRule.Greedy(List<Integer> sizes) when sizes.size() == 1 ->
          OptionalDouble.of(greedy);
      case DecodingRule.Sampling(List<Integer> sizes) when sizes.size() == 1 ->
          OptionalDouble.of(sampled);
      case DecodingRule.Greedy _, DecodingRule.Sampling _, DecodingRule.Threshold _ ->
          OptionalDouble.empty();
    };
  }

  private static void requireItems(Operation operation, int n) {
    if (positions(operation, n) < 1 || n < 1) {
      throw new IllegalArgumentException(
          "a list for %s needs more items than %d".formatted(operation, n));
    }
  }

  private static void requireSum(Operation operation, int n, List<Integer> sizes) {
    int sum = sizes.stream().mapToInt(size -> size).sum();
    if (sum != positions(operation, n)) {
      throw new IllegalArgumentException(
          "step sizes %s make %d positions, but the answer has %d"
              .formatted(sizes, sum, positions(operation, n)));
    }
  }

  static double entropy(double... probabilities) {
    double sum = 0;
    for (double p : probabilities) {
      if (p > 0) {
        sum -= p * log2(p);
      }
    }
    return sum;
  }

  private static double binaryEntropy(double p) {
    return entropy(p, 1 - p);
  }

  static double factorial(int n) {
    double product = 1;
    for (int i = 2; i <= n; i++) {
      product *= i;
    }
    return product;
  }

  static double log2(double x) {
    return Math.log(x) / Math.log(2);
  }
}
