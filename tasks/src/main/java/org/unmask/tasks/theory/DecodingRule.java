package org.unmask.tasks.theory;

import java.util.ArrayList;
import java.util.List;

/** How an ideal model decodes: which positions a step unmasks, and how tokens are chosen. */
public sealed interface DecodingRule {

  /**
   * Unmasks at each step the positions of greatest confidence, with their most probable token; ties
   * are broken at random.
   *
   * @param sizes positions per step; their sum is the length of the answer
   */
  record Greedy(List<Integer> sizes) implements DecodingRule {
    /** Copies the list. */
    public Greedy {
      sizes = checked(sizes);
    }
  }

  /**
   * Unmasks random positions at each step, with tokens drawn from the model's distribution.
   *
   * @param sizes positions per step; their sum is the length of the answer
   */
  record Sampling(List<Integer> sizes) implements DecodingRule {
    /** Copies the list. */
    public Sampling {
      sizes = checked(sizes);
    }
  }

  /**
   * Unmasks every position whose confidence reaches a threshold, and the most confident one in any
   * case, with their most probable token; ties are broken at random.
   *
   * @param threshold least confidence, in [0, 1]
   */
  record Threshold(double threshold) implements DecodingRule {
    /** Checks the range. */
    public Threshold {
      if (!(threshold >= 0 && threshold <= 1)) {
        throw new IllegalArgumentException("threshold must be in [0, 1], was " + threshold);
      }
    }
  }

  /** Returns greedy decoding with k positions per step, fewer in the last. */
  static Greedy greedy(int positions, int k) {
    return new Greedy(topK(positions, k));
  }

  /** Returns sampling with k positions per step, fewer in the last. */
  static Sampling sampling(int positions, int k) {
    return new Sampling(topK(positions, k));
  }

  /** Returns step sizes of k, and what is left in the last step. */
  static List<Integer> topK(int positions, int k) {
    if (positions < 1 || k < 1) {
      throw new IllegalArgumentException(
          "positions and k must be positive, were " + positions + " and " + k);
    }
    var sizes = new ArrayList<Integer>();
    for (int left = positions; left > 0; left -= k) {
      sizes.add(Math.min(k, left));
    }
    return List.copyOf(sizes);
  }

  /** Returns step sizes as LLaDA's schedule has them: equal, the first ones greater by one. */
  static List<Integer> spread(int positions, int steps) {
    if (steps < 1 || steps > positions) {
      throw new IllegalArgumentException(
          "steps must be between 1 and " + positions + ", was " + steps);
    }
    var sizes = new ArrayList<Integer>();
    for (int i = 0; i < steps; i++) {
      sizes.add(positions / steps + (i < positions % steps ? 1 : 0));
    }
    return List.copyOf(sizes);
  }

  private static List<Integer> checked(List<Integer> sizes) {
    if (sizes.isEmpty() || sizes.stream().anyMatch(size -> size < 1)) {
      throw new IllegalArgumentException("step sizes must be positive, were " + sizes);
    }
    return List.copyOf(sizes);
  }
}
