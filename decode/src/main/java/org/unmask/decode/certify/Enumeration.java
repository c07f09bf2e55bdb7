package org.unmask.decode.certify;

import java.util.Arrays;
import java.util.function.ObjDoubleConsumer;
import java.util.function.Supplier;
import org.unmask.decode.speculative.Chance;

/**
 * Takes every random choice of a program in every way, with the exact probability of each.
 *
 * <p>The program is run once per combination of choices and must make the same choices whenever the
 * earlier ones came out the same.
 */
public final class Enumeration implements Chance {

  private int[] taken = new int[64];
  private boolean[] isLast = new boolean[64];
  private int depth;
  private int length;
  private double weight;

  /**
   * Runs a program for all of its choices.
   *
   * @param program makes its choices here
   * @param outcomes receives each run's result and its probability
   */
  public <T> void run(Supplier<T> program, ObjDoubleConsumer<T> outcomes) {
    length = 0;
    do {
      depth = 0;
      weight = 1;
      T outcome = program.get();
      outcomes.accept(outcome, weight);
    } while (advance());
  }

  /** Goes on to the next combination: the last choice that has another way takes it. */
  private boolean advance() {
    length = depth;
    while (length > 0 && isLast[length - 1]) {
      length--;
    }
    if (length == 0) {
      return false;
    }
    taken[length - 1]++;
    return true;
  }

  @Override
  public boolean happens(double probability, int position) {
    return draw(new double[] {1 - probability, probability}, position) == 1;
  }

  @Override
  public int draw(double[] weights, int position) {
    double sum = Arrays.stream(weights).filter(w -> w > 0).sum();
    int ways = (int) Arrays.stream(weights).filter(w -> w > 0).count();
    if (depth == taken.length) {
      taken = Arrays.copyOf(taken, 2 * depth);
      isLast = Arrays.copyOf(isLast, 2 * depth);
    }
    if (depth == length) {
      taken[depth] = 0;
      length++;
    }
    int way = taken[depth];
    isLast[depth] = way == ways - 1;
    depth++;
    int index = -1;
    for (int left = way; left >= 0; left--) {
      do {
        index++;
      } while (!(weights[index] > 0));
    }
    weight *= weights[index] / sum;
    return index;
  }
}
