package org.unmask.decode;

import java.util.ArrayList;
import java.util.List;

/**
 * Neighbouring positions that CLAD (arXiv 2605.29607) treats as one.
 *
 * @param from index of the first among the accepted rows
 * @param to index of the last
 */
record Cluster(int from, int to) {

  /** Returns the maximal runs of neighbouring positions, from left to right. */
  static List<Cluster> of(Step step, int[] rows) {
    List<Cluster> clusters = new ArrayList<>();
    for (int from = 0, to; from < rows.length; from = to + 1) {
      to = from;
      while (to + 1 < rows.length && step.position(rows[to + 1]) == step.position(rows[to]) + 1) {
        to++;
      }
      clusters.add(new Cluster(from, to));
    }
    return clusters;
  }

  /**
   * Returns how strongly clusters attend to each other: the largest mean attention of a position of
   * one to those of the other, in either direction.
   */
  static double[][] weights(Step step, int[] rows, List<Cluster> clusters) {
    int count = clusters.size();
    double[][] weight = new double[count][count];
    for (int a = 0; a < count; a++) {
      for (int b = 0; b < count; b++) {
        if (a != b) {
          double w = strongest(step, rows, clusters.get(a), clusters.get(b));
          weight[a][b] = Math.max(weight[a][b], w);
          weight[b][a] = Math.max(weight[b][a], w);
        }
      }
    }
    return weight;
  }

  private static double strongest(Step step, int[] rows, Cluster a, Cluster b) {
    double strongest = 0;
    for (int i = a.from(); i <= a.to(); i++) {
      double sum = 0;
      for (int j = b.from(); j <= b.to(); j++) {
        sum += mutual(step, step.position(rows[i]), step.position(rows[j]));
      }
      strongest = Math.max(strongest, sum / b.size());
    }
    return strongest;
  }

  private static double mutual(Step step, int p, int q) {
    int length = step.canvas().length();
    float[] attention = step.attention();
    return Math.max(attention[p * length + q], attention[q * length + p]);
  }

  int size() {
    return to - from + 1;
  }
}
