package org.unmask.decode;

import java.util.ArrayList;
import java.util.List;

/**
 * Where SlowFast's span ends (arXiv 2506.10848): behind the farthest mask that is at least so sure,
 * settled when the last estimates deviate by less than a bound. Ends count from the block's start.
 */
final class SpanEstimate {

  private final double threshold;
  private final int window;
  private final double mostDeviation;
  private final List<Integer> estimates = new ArrayList<>();
  private int end;
  private boolean isSettled;

  /**
   * Makes the estimate of one sequence.
   *
   * @param threshold certainty that extends the span
   * @param window estimates that must agree
   * @param mostDeviation standard deviation they must stay below
   */
  SpanEstimate(double threshold, int window, double mostDeviation) {
    this.threshold = threshold;
    this.window = window;
    this.mostDeviation = mostDeviation;
  }

  /** Starts a span; its end stays as it was until the first estimate. */
  void clear() {
    estimates.clear();
    isSettled = false;
  }

  int end() {
    return end;
  }

  boolean isSettled() {
    return isSettled;
  }

  void settle() {
    isSettled = true;
  }

  List<Integer> history() {
    return List.copyOf(estimates);
  }

  /** Adds the estimate of a step to a span that starts so far into the block. */
  void add(Step step, int start) {
    int reach = 1;
    for (int i = 0; i < step.candidates(); i++) {
      int row = step.candidate(i);
      if (step.score(row) >= threshold) {
        reach = Math.max(reach, step.position(row) - step.blockStart() - start + 1);
      }
    }
    int length = step.blockEnd() - step.blockStart();
    estimates.add(Math.clamp((long) start + reach, 1, length));
    if (estimates.size() > window) {
      estimates.removeFirst();
    }
    end = estimates.getLast();
    if (estimates.size() == window) {
      double mean = estimates.stream().mapToInt(e -> e).average().orElseThrow();
      double variance =
          estimates.stream().mapToDouble(e -> (e - mean) * (e - mean)).average().orElseThrow();
      isSettled = Math.sqrt(variance) < mostDeviation;
      end = isSettled ? end : (int) mean;
    }
    end = Math.max(end, start + 1);
  }
}
