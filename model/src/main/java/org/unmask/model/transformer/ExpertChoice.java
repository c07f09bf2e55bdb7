package org.unmask.model.transformer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unmask.runtime.kernel.ScalarMath;

/**
 * Picks the experts of a row from its router logits. All in float32 in ascending order of experts;
 * of equal scores the lower index wins.
 *
 * <p>Holds the scratch memory of one worker.
 */
final class ExpertChoice {

  private final Experts experts;
  private final float[] score;
  private final float[] rank;
  private final float[] groupScore;

  ExpertChoice(Experts experts) {
    this.experts = experts;
    score = new float[experts.count()];
    rank = new float[experts.count()];
    groupScore = new float[experts.groups()];
  }

  /**
   * Chooses.
   *
   * @param logits router logits of the row from {@code at}
   * @param bias per expert, or null
   * @param chosen receives the chosen experts in ascending order from {@code to}
   * @param weights receives their weights
   */
  void choose(
      float[] logits, int at, float @Nullable [] bias, int[] chosen, float[] weights, int to) {
    score(logits, at);
    for (int e = 0; e < score.length; e++) {
      rank[e] = bias == null ? score[e] : score[e] + bias[e];
    }
    float[] weight = experts.router() == Experts.Router.SOFTMAX ? rank.clone() : score;
    if (experts.groups() > 1) {
      dropGroups();
    }
    int k = experts.perToken();
    for (int i = 0; i < k; i++) {
      int best = best(rank);
      chosen[to + i] = best;
      rank[best] = Float.NEGATIVE_INFINITY;
    }
    Arrays.sort(chosen, to, to + k);
    float sum = 0;
    for (int i = to; i < to + k; i++) {
      weights[i] = weight[chosen[i]];
      sum += weights[i];
    }
    float factor = experts.isNormalised() ? experts.scale() / (sum + 1e-20f) : experts.scale();
    for (int i = to; i < to + k; i++) {
      weights[i] *= factor;
    }
  }

  private void score(float[] logits, int at) {
    int n = score.length;
    switch (experts.router()) {
      case SIGMOID -> {
        for (int e = 0; e < n; e++) {
          score[e] = 1f / (1f + ScalarMath.exp(-logits[at + e]));
        }
      }
      case SOFTMAX -> {
        float max = Float.NEGATIVE_INFINITY;
        for (int e = 0; e < n; e++) {
          max = Math.max(max, logits[at + e]);
        }
        float sum = 0;
        for (int e = 0; e < n; e++) {
          score[e] = ScalarMath.exp(logits[at + e] - max);
          sum += score[e];
        }
        for (int e = 0; e < n; e++) {
          score[e] /= sum;
        }
      }
    }
  }

  /** Keeps the groups whose two best experts sum highest. */
  private void dropGroups() {
    int size = rank.length / groupScore.length;
    for (int g = 0; g < groupScore.length; g++) {
      float first = Float.NEGATIVE_INFINITY;
      float second = Float.NEGATIVE_INFINITY;
      for (int e = g * size; e < (g + 1) * size; e++) {
        if (rank[e] > first) {
          second = first;
          first = rank[e];
        } else if (rank[e] > second) {
          second = rank[e];
        }
      }
      groupScore[g] = size == 1 ? first : first + second;
    }
    boolean[] kept = new boolean[groupScore.length];
    for (int i = 0; i < experts.groupsPerToken(); i++) {
      int g = best(groupScore);
      kept[g] = true;
      groupScore[g] = Float.NEGATIVE_INFINITY;
    }
    for (int e = 0; e < rank.length; e++) {
      rank[e] = kept[e / size] ? rank[e] : Float.NEGATIVE_INFINITY;
    }
  }

  /** Returns the first index of the largest; logits that are NaN never win. */
  private static int best(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }
}
