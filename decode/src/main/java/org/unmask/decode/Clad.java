package org.unmask.decode;

import java.util.ArrayList;
import java.util.Arrays;
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

  @Override
  public int attentionLayersWanted() {
    return layers;
  }

  @Override
  public void select(Step step, Picks picks) {
    Picks all = new Picks();
    new Threshold(threshold).select(step, all);
    int[] rows = all.ascending().toArray();
    List<Cluster> clusters = Cluster.of(step, rows);
    int count = clusters.size();
    double[][] weight = Cluster.weights(step, rows, clusters);
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
      step.detail("candidates", step.relatives(Arrays.stream(rows)));
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
}
