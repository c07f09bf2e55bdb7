package org.unmask.tasks.theory;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmask.tasks.parallelbench.Recipe.Operation;

/**
 * A model whose marginals are the true conditional distributions over a list of equally likely
 * answers, and its exact results by enumeration of everything that can happen.
 *
 * <p>Cost grows with the number of answers and of ways to break ties: lists of up to 15 items for
 * all operations but shuffle, which allows 6. Not thread-safe.
 */
public final class IdealModel {

  private static final int MAX_ITEMS = 16;
  private static final int MAX_SHUFFLED = 6;

  /** For each position, the answers that have each token there. */
  private final List<Map<Integer, BitSet>> answersByToken = new ArrayList<>();

  private final int positions;
  private final int answers;

  private IdealModel(List<int[]> outputs) {
    this.positions = outputs.getFirst().length;
    this.answers = outputs.size();
    for (int position = 0; position < positions; position++) {
      var byToken = new HashMap<Integer, BitSet>();
      for (int answer = 0; answer < answers; answer++) {
        byToken.computeIfAbsent(outputs.get(answer)[position], token -> new BitSet()).set(answer);
      }
      answersByToken.add(byToken);
    }
  }

  /**
   * Returns the model of a list operation.
   *
   * @param operation the task
   * @param n items of the input list, at most 15, or 6 for shuffle
   * @throws IllegalArgumentException if n is out of range
   */
  public static IdealModel of(Operation operation, int n) {
    int most = operation == Operation.SHUFFLE ? MAX_SHUFFLED : MAX_ITEMS - 1;
    if (n < 1 || ClosedForms.positions(operation, n) < 1 || n > most) {
      throw new IllegalArgumentException(
          "cannot enumerate %s of %d items; use 2 to %d".formatted(operation, n, most));
    }
    return new IdealModel(Answers.of(operation, n));
  }

  /**
   * What decoding leads to.
   *
   * @param accuracy share of right answers, in [0, 1]
   * @param steps mean number of steps; runs that can no longer end well count up to where that
   *     shows
   */
  public record Outcome(double accuracy, double steps) {}

  /** Returns the number of items of an answer. */
  public int positions() {
    return positions;
  }

  /** Returns the conditional total correlation in bits. */
  public double totalCorrelation() {
    var all = new BitSet();
    all.set(0, answers);
    return correlation(all, 0, positions);
  }

  /**
   * Returns the lower bound of the divergence for decoding from left to right.
   *
   * @param sizes positions per step; their sum is {@link #positions}
   * @return bits
   */
  public double lowerBound(List<Integer> sizes) {
    requireSum(sizes);
    var all = new BitSet();
    all.set(0, answers);
    var prefixes = Map.of(all, 1.0);
    double sum = 0;
    int start = 0;
    for (int size : sizes) {
      var next = new HashMap<BitSet, Double>();
      for (var prefix : prefixes.entrySet()) {
        sum += prefix.getValue() * correlation(prefix.getKey(), start, start + size);
        for (var group : groups(prefix.getKey(), start, start + size)) {
          double share = group.cardinality() / (double) prefix.getKey().cardinality();
          next.merge(group, prefix.getValue() * share, Double::sum);
        }
      }
      prefixes = next;
      start += size;
    }
    return sum;
  }

  /** Returns the exact result of decoding by a rule. */
  public Outcome decode(DecodingRule rule) {
    switch (rule) {
      case DecodingRule.Greedy(List<Integer> sizes) -> requireSum(sizes);
      case DecodingRule.Sampling(List<Integer> sizes) -> requireSum(sizes);
      case DecodingRule.Threshold _ -> {}
    }
    var all = new BitSet();
    all.set(0, answers);
    return new Enumeration(rule).from(new State((1 << positions) - 1, all, 0));
  }

  /** Sum of the entropies of positions, less their joint entropy, given what is still possible. */
  private double correlation(BitSet possible, int from, int to) {
    double total = possible.cardinality();
    double sum = 0;
    for (int position = from; position < to; position++) {
      sum += entropy(groups(possible, position, position + 1), total);
    }
    return sum - entropy(groups(possible, from, to), total);
  }

  private static double entropy(List<BitSet> groups, double total) {
    return ClosedForms.entropy(
        groups.stream().mapToDouble(group -> group.cardinality() / total).toArray());
  }

  /** Splits the possible answers by their tokens at some positions. */
  private List<BitSet> groups(BitSet possible, int from, int to) {
    var groups = List.of(possible);
    for (int position = from; position < to; position++) {
      var finer = new ArrayList<BitSet>();
      for (var group : groups) {
        for (var withToken : answersByToken.get(position).values()) {
          var both = intersection(group, withToken);
          if (!both.isEmpty()) {
            finer.add(both);
          }
        }
      }
      groups = finer;
    }
    return groups;
  }

  private static BitSet intersection(BitSet a, BitSet b) {
    var both = (BitSet) a.clone();
    both.and(b);
    return both;
  }

  private void requireSum(List<Integer> sizes) {
    int sum = sizes.stream().mapToInt(size -> size).sum();
    if (sum != positions) {
      throw new IllegalArgumentException(
          "step sizes %s make %d positions, but the answer has %d"
              .formatted(sizes, sum, positions));
    }
  }

  /**
   * Where a run stands.
   *
   * @param masked positions still masked, as bits
   * @param possible answers that agree with what is unmasked
   * @param step number of steps done
   */
  private record State(int masked, BitSet possible, int step) {}

  /** Walks through everything that can happen under one rule. */
  private final class Enumeration {

    private final DecodingRule rule;
    private final Map<State, Outcome> known = new HashMap<>();

    Enumeration(DecodingRule rule) {
      this.rule = rule;
    }

    Outcome from(State state) {
      if (state.masked == 0) {
        return new Outcome(1, 0);
      }
      var outcome = known.get(state);
      if (outcome == null) {
        outcome = step(state);
        known.put(state, outcome);
      }
      return outcome;
    }

    private Outcome step(State state) {
      double accuracy = 0;
      double steps = 1;
      var choices = choices(state);
      for (int chosen : choices) {
        for (var next : unmask(state.possible, chosen).entrySet()) {
          var rest = from(new State(state.masked & ~chosen, next.getKey(), state.step + 1));
          double probability = next.getValue() / choices.size();
          accuracy += probability * rest.accuracy();
          steps += probability * rest.steps();
        }
      }
      return new Outcome(accuracy, steps);
    }

    /** Returns the sets of positions that this step may unmask, all equally likely. */
    private List<Integer> choices(State state) {
      return switch (rule) {
        case DecodingRule.Greedy(List<Integer> sizes) ->
            mostConfident(state, sizes.get(state.step));
        case DecodingRule.Sampling(List<Integer> sizes) ->
            subsets(positionsOf(state.masked), sizes.get(state.step), 0);
        case DecodingRule.Threshold(double threshold) -> {
          int sure = 0;
          for (int position : positionsOf(state.masked)) {
            double confidence =
                bestCount(state.possible, position) / (double) state.possible.cardinality();
            if (confidence >= threshold) {
              sure |= 1 << position;
            }
          }
          yield sure != 0 ? List.of(sure) : mostConfident(state, 1);
        }
      };
    }

    private List<Integer> mostConfident(State state, int count) {
      var masked = positionsOf(state.masked);
      var counts =
          masked.stream().map(position -> bestCount(state.possible, position)).sorted().toList();
      int least = counts.get(counts.size() - count);
      int sure = 0;
      var tied = new ArrayList<Integer>();
      for (int position : masked) {
        int best = bestCount(state.possible, position);
        if (best > least) {
          sure |= 1 << position;
        } else if (best == least) {
          tied.add(position);
        }
      }
      return subsets(tied, count - Integer.bitCount(sure), sure);
    }

    /** Unmasks positions at once; what no answer agrees with is left out. */
    private Map<BitSet, Double> unmask(BitSet possible, int chosen) {
      Map<BitSet, Double> results = Map.of(possible, 1.0);
      for (int position : positionsOf(chosen)) {
        var next = new HashMap<BitSet, Double>();
        for (var token : tokens(possible, position).entrySet()) {
          for (var result : results.entrySet()) {
            var both = intersection(result.getKey(), token.getKey());
            if (!both.isEmpty()) {
              next.merge(both, result.getValue() * token.getValue(), Double::sum);
            }
          }
        }
        results = next;
      }
      return results;
    }

    /** Returns the probabilities of a position's tokens, as the answers that have them. */
    private Map<BitSet, Double> tokens(BitSet possible, int position) {
      var tokens = new HashMap<BitSet, Double>();
      int best = bestCount(possible, position);
      boolean samples = rule instanceof DecodingRule.Sampling;
      for (var withToken : answersByToken.get(position).values()) {
        var both = intersection(possible, withToken);
        int count = both.cardinality();
        if (count > 0 && (samples || count == best)) {
          tokens.put(both, (double) count);
        }
      }
      double total = tokens.values().stream().mapToDouble(count -> count).sum();
      tokens.replaceAll((answers, count) -> count / total);
      return tokens;
    }

    private int bestCount(BitSet possible, int position) {
      int best = 0;
      for (var withToken : answersByToken.get(position).values()) {
        best = Math.max(best, intersection(possible, withToken).cardinality());
      }
      return best;
    }

    private static List<Integer> positionsOf(int bits) {
      var positions = new ArrayList<Integer>();
      for (int left = bits; left != 0; left &= left - 1) {
        positions.add(Integer.numberOfTrailingZeros(left));
      }
      return positions;
    }

    /** Returns all choices of {@code count} positions, each joined with the base. */
    private static List<Integer> subsets(List<Integer> from, int count, int base) {
      if (count == 0) {
        return List.of(base);
      }
      var subsets = new ArrayList<Integer>();
      for (int i = 0; i + count <= from.size(); i++) {
        subsets.addAll(
            subsets(from.subList(i + 1, from.size()), count - 1, base | 1 << from.get(i)));
      }
      return subsets;
    }
  }
}
