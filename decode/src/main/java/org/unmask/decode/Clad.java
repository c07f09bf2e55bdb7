package org.unmask.decode;

import java.util.ArrayList;
import java.util.List;

/**
 * CLAD (arXiv 2605.29607): of what the threshold rule would unmask, neighbouring positions form
 * clusters; of two clusters that attend to each other more than to others only the longer one is
 * unmasked.
 *
 * <p>Attention is averaged over heads and the last layers, cut to the block, and made symmetric by
 * the maximum. Two clusters conflict if each is the other's strongest partner and the weight
 * reaches the mean of both rows; with two clusters, if it reaches a share of 1 / B.
 *
 * @param threshold tau of the threshold rule
 * @param share factor of 1 / B for two clusters
 * @param layers last layers whose attention is averaged
 */
record Clad(double threshold, double share, int layers) implements UnmaskPolicy {

  private static final String CONFLICT_ABS_TAU = "conflict-abs-tau";

  static final Algorithm ALGORITHM =
      Algorithm.named("clad", "threshold, without clusters that attend to each other")
          .paper("CLAD", "2605.29607")
          .noOtherCache("the rule reads the attention of all rows")
          .withDefault(CommonOptions.BLOCK_LENGTH, 32)
          .with(Threshold.parameter(0.9))
          .with(
              Parameter.number(
                  CONFLICT_ABS_TAU, 1.2, 0, 1000, "two clusters conflict from this share of 1 / B"))
          .with(Dawn.attentionLayers())
          .madeOf(
              context -> {
                DecodeOptions options = context.options();
                return Strategy.of(
                    options,
                    new Clad(
                        options.number(Threshold.THRESHOLD),
                        options.number(CONFLICT_ABS_TAU),
                        options.integer(Dawn.ATTENTION_LAYERS)));
              });

  /** Rows [from, to] of neighbouring positions, as indices into the accepted rows. */
  private record Cluster(int from, int to) {
    int size() {
      return to - from + 1;
    }
  }

  @Override
  public int attentionLayersWanted() {
    return layers;
  }

  @Override
  public void select(Step step, Picks picks) {
    Picks all = new Picks();
    new Threshold(threshold).select(step, all);
    int[] rows = all.ascending().toArray();
    List<Cluster> clusters = clusters(step, rows);
    int count = clusters.size();
    double[][] weight = weights(step, rows, clusters);
    boolean[] isDropped = new boolean[count];
    List<List<Integer>> conflicts = new ArrayList<>();
    for (int a = 0; a < count; a++) {
      for (int b = a + 1; b < count; b++) {
        if (conflict(step, weight, a, b)) {
          conflicts.add(List.of(a, b));
          boolean dropsLeft = clusters.get(b).size() > clusters.get(a).size();
          isDropped[dropsLeft ? a : b] = true;
        }
      }
    }
    for (int c = 0; c < count; c++) {
      for (int i = clusters.get(c).from(); !isDropped[c] && i <= clusters.get(c).to(); i++) {
        picks.add(rows[i]);
      }
    }
    if (step.isRecorded()) {
      step.detail("candidates", positions(step, rows));
      step.detail(
          "clusters",
          clusters.stream()
              .map(
                  c ->
                      List.of(
                          step.relative(step.position(rows[c.from()])),
                          step.relative(step.position(rows[c.to()]))))
              .toList());
      step.detail("conflicts", conflicts);
    }
  }

  private static List<Cluster> clusters(Step step, int[] rows) {
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

  private static double[][] weights(Step step, int[] rows, List<Cluster> clusters) {
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

  /** Returns the largest mean attention of a position of one cluster to those of another. */
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

  private boolean conflict(Step step, double[][] weight, int a, int b) {
    int count = weight.length;
    if (best(weight[a]) != b || best(weight[b]) != a) {
      return false;
    }
    double w = weight[a][b];
    return count <= 2
        ? w >= share / (step.blockEnd() - step.blockStart())
        : w >= sum(weight[a]) / (count - 1) && w >= sum(weight[b]) / (count - 1);
  }

  private static int best(double[] row) {
    return Softmax.argMax(row, row.length);
  }

  private static double sum(double[] row) {
    double sum = 0;
    for (double w : row) {
      sum += w;
    }
    return sum;
  }

  private static List<Integer> positions(Step step, int[] rows) {
    List<Integer> positions = new ArrayList<>();
    for (int row : rows) {
      positions.add(step.relative(step.position(row)));
    }
    return positions;
  }
}
