package org.unmask.decode;

import java.util.Arrays;

/**
 * Saber (arXiv 2510.18165): unmasks what is surer than the mean of what was unmasked so far, at
 * least n, then sets back to the mask the positions whose certainty fell most since the last step,
 * fewer than it unmasked.
 *
 * <p>Details of the released code: the certainty of a filled position is that of the network's best
 * token there, whatever token stands there; the values of tokens set back stay in the mean; before
 * the first step all certainties count as 0, and positions of a later block cannot be set back at
 * its first step. Belongs to one sequence.
 */
final class Saber implements UnmaskPolicy, Remasker {

  private static final String N = "n";

  static final Algorithm ALGORITHM =
      Algorithm.named("saber", "surer than the mean so far, with backtracking")
          .paper("Saber", "2510.18165")
          .caches("similarity")
          .noOtherCache("the rule reads the certainties of tokens unmasked before")
          .with(Parameter.integer(N, 2, 1, Integer.MAX_VALUE, "least tokens unmasked a step"))
          .madeOf(
              context -> {
                Saber rule = new Saber(context.options().integer(N));
                return Strategy.of(context.options(), rule).withRemasker(rule);
              });

  private final int least;
  private double[] before = {};

  private Saber(int least) {
    this.least = least;
  }

  /** Filled positions too are judged. */
  @Override
  public boolean predicts(Step step, int position) {
    return position >= step.canvas().promptLength() && position < step.blockEnd();
  }

  @Override
  public void select(Step step, Picks picks) {
    double mean = meanConfidence(step);
    int count = 0;
    while (count < step.candidates() && step.score(step.ranked(count)) > mean) {
      count++;
    }
    boolean isForced = count < least;
    count = isForced ? Math.min(least, step.candidates()) : count;
    for (int rank = 0; rank < count; rank++) {
      picks.add(step.ranked(rank));
    }
    step.detail("threshold", mean);
    step.detail("forced_top_n", isForced);
  }

  private static double meanConfidence(Step step) {
    double sum = 0;
    int count = 0;
    for (int row = 0; row < step.rows(); row++) {
      double confidence = step.canvas().confidence(step.position(row));
      if (!Double.isNaN(confidence)) {
        sum += confidence;
        count++;
      }
    }
    return count == 0 ? 1 : sum / count;
  }

  @Override
  public void revise(Step step, Edits edits) {
    Canvas canvas = step.canvas();
    if (before.length == 0) {
      before = new double[canvas.length()];
      Arrays.fill(before, step.blockEnd(), canvas.length(), Double.NaN);
    }
    int masks = canvas.masks(0, step.blockEnd());
    int unmasked = step.candidates() - masks;
    int[] filled = new int[step.rows()];
    double[] fall = new double[step.rows()];
    int count = 0;
    for (int row = 0; row < step.rows(); row++) {
      int position = step.position(row);
      fall[row] = before[position] - step.confidence(row);
      before[position] = step.confidence(row);
      if (!canvas.isMasked(position) && !Double.isNaN(fall[row])) {
        filled[count++] = row;
      }
    }
    if (masks > 0) {
      Sorting.byScoreDescending(filled, count, fall);
      int removed = Math.max(0, Math.min(backtracked(least, unmasked), count));
      if (step.isRecorded() && removed > 0) {
        describe(step, Arrays.copyOf(filled, removed), fall);
      }
      for (int i = 0; i < removed; i++) {
        edits.remask(step.position(filled[i]));
      }
    }
  }

  private static void describe(Step step, int[] removed, double[] fall) {
    Arrays.sort(removed);
    step.detail("removed_delta", Arrays.stream(removed).mapToObj(row -> -fall[row]).toList());
    step.detail(
        "removed_just_committed",
        (int)
            Arrays.stream(removed)
                .filter(row -> step.canvas().committedAt(step.position(row)) == step.call())
                .count());
  }

  /** Returns how many positions are set back after m were unmasked. */
  static int backtracked(int least, int unmasked) {
    return Math.min(Math.max(least / 2, (unmasked + 7) / 8), unmasked - 1);
  }
}
