package org.unmask.tasks.theory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Plays decoding with an ideal model, once at a time and without any thought of speed. */
final class Simulation {

  private static final int MASK = -1;

  private final List<int[]> answers;
  private final DecodingRule rule;
  private final Random random;

  Simulation(List<int[]> answers, DecodingRule rule, Random random) {
    this.answers = answers;
    this.rule = rule;
    this.random = random;
  }

  /** Decodes once and tells whether the result is one of the answers. */
  boolean isRight() {
    int[] canvas = new int[answers.getFirst().length];
    Arrays.fill(canvas, MASK);
    for (int step = 0; Arrays.stream(canvas).anyMatch(token -> token == MASK); step++) {
      var possible = answers.stream().filter(answer -> fits(answer, canvas)).toList();
      if (possible.isEmpty()) {
        return false;
      }
      int[] next = canvas.clone();
      for (int position : chosen(canvas, possible, step)) {
        next[position] = token(counts(possible, position));
      }
      System.arraycopy(next, 0, canvas, 0, canvas.length);
    }
    return answers.stream().anyMatch(answer -> Arrays.equals(answer, canvas));
  }

  private List<Integer> chosen(int[] canvas, List<int[]> possible, int step) {
    var masked = new ArrayList<Integer>();
    for (int position = 0; position < canvas.length; position++) {
      if (canvas[position] == MASK) {
        masked.add(position);
      }
    }
    Collections.shuffle(masked, random); // the stable sort below leaves ties in random order
    if (!(rule instanceof DecodingRule.Sampling)) {
      masked.sort((a, b) -> Integer.compare(best(possible, b), best(possible, a)));
    }
    return switch (rule) {
      case DecodingRule.Greedy(List<Integer> sizes) -> masked.subList(0, sizes.get(step));
      case DecodingRule.Sampling(List<Integer> sizes) -> masked.subList(0, sizes.get(step));
      case DecodingRule.Threshold(double threshold) -> {
        int count = 1;
        while (count < masked.size()
            && best(possible, masked.get(count)) / (double) possible.size() >= threshold) {
          count++;
        }
        yield masked.subList(0, count);
      }
    };
  }

  private int token(Map<Integer, Integer> counts) {
    var lots = new ArrayList<Integer>();
    int best = Collections.max(counts.values());
    for (var count : counts.entrySet()) {
      if (rule instanceof DecodingRule.Sampling) {
        lots.addAll(Collections.nCopies(count.getValue(), count.getKey()));
      } else if (count.getValue() == best) {
        lots.add(count.getKey());
      }
    }
    return lots.get(random.nextInt(lots.size()));
  }

  private static int best(List<int[]> possible, int position) {
    return Collections.max(counts(possible, position).values());
  }

  private static Map<Integer, Integer> counts(List<int[]> possible, int position) {
    var counts = new HashMap<Integer, Integer>();
    for (int[] answer : possible) {
      counts.merge(answer[position], 1, Integer::sum);
    }
    return counts;
  }

  private static boolean fits(int[] answer, int[] canvas) {
    for (int position = 0; position < canvas.length; position++) {
      if (canvas[position] != MASK && canvas[position] != answer[position]) {
        return false;
      }
    }
    return true;
  }
}
