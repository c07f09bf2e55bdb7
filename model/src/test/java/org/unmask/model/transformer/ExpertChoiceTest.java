package org.unmask.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which experts a router picks, and with what weight. */
class ExpertChoiceTest {

  private final int[] chosen = new int[4];
  private final float[] weights = new float[4];

  private static Experts sigmoid(int count, int perToken, int groups, int kept) {
    return new Experts(
        count, perToken, 8, 0, Experts.Router.SIGMOID, groups, kept, true, 2.5f, LAYERS);
  }

  private static Experts softmax(int count, int perToken) {
    return new Experts(count, perToken, 8, 0, Experts.Router.SOFTMAX, 1, 1, false, 1f, LAYERS);
  }

  private static final List<Boolean> LAYERS = Collections.nCopies(1, true);

  private void choose(Experts experts, float @Nullable [] bias, float... logits) {
    new ExpertChoice(experts).choose(logits, 0, bias, chosen, weights, 0);
  }

  private static double sigma(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  @Test
  void softmax_takesTheLargest_withoutNormalising() {
    choose(softmax(4, 2), null, 0f, 2f, -1f, 1f);
    double sum = 1 + Math.exp(2) + Math.exp(-1) + Math.exp(1);
    assertThat(chosen).startsWith(1, 3);
    assertThat((double) weights[0]).isCloseTo(Math.exp(2) / sum, within(1e-6));
    assertThat((double) weights[1]).isCloseTo(Math.exp(1) / sum, within(1e-6));
  }

  @Test
  void softmax_biasIsPartOfTheWeight() {
    choose(softmax(2, 1), new float[] {0.75f, 0f}, 0f, 0f);
    assertThat(chosen[0]).isZero();
    assertThat(weights[0]).isEqualTo(1.25f);
  }

  @Test
  void ties_goToTheLowerIndex() {
    choose(softmax(5, 2), null, 1f, 3f, 3f, 3f, 1f);
    assertThat(chosen).startsWith(1, 2);
    choose(sigmoid(6, 2, 3, 1), null, 1f, 1f, 1f, 1f, 1f, 1f);
    assertThat(chosen).startsWith(0, 1);
  }

  @Test
  void sigmoid_biasChangesTheChoiceNotTheWeight() {
    float[] logits = {1f, 0.5f, -2f, 0.2f};
    choose(sigmoid(4, 2, 1, 1), null, logits);
    assertThat(chosen).startsWith(0, 1);
    choose(sigmoid(4, 2, 1, 1), new float[] {0f, 0f, 5f, 0f}, logits);
    assertThat(chosen).startsWith(0, 2);
    double sum = sigma(1) + sigma(-2);
    assertThat((double) weights[0]).isCloseTo(2.5 * sigma(1) / sum, within(1e-6));
    assertThat((double) weights[1]).isCloseTo(2.5 * sigma(-2) / sum, within(1e-6));
  }

  @Test
  void groups_areKeptByTheSumOfTheirTwoBest() {
    // the single best expert lies in group 0, but groups 1 and 2 have better pairs
    float[] logits = {3f, -9f, -9f, 1f, 1f, -9f, 0.9f, 0.8f, 0.7f};
    choose(sigmoid(9, 3, 3, 2), null, logits);
    assertThat(chosen).startsWith(3, 4, 6);
  }

  @Test
  void droppedGroups_areNeverChosen() {
    SplittableRandom random = new SplittableRandom(11);
    for (int round = 0; round < 2000; round++) {
      float[] logits = new float[12];
      for (int e = 0; e < 12; e++) {
        logits[e] = (float) random.nextDouble(-8, 8);
      }
      float[] bias = new float[12];
      for (int e = 0; e < 12; e++) {
        bias[e] = (float) random.nextDouble(-2, 0); // ranks below zero
      }
      choose(sigmoid(12, 4, 4, 2), bias, logits);
      assertThat(
              List.of(chosen[0] / 3, chosen[1] / 3, chosen[2] / 3, chosen[3] / 3).stream()
                  .distinct())
          .as("round %d of seed 11", round)
          .hasSizeLessThanOrEqualTo(2);
      assertThat(chosen).isSorted().doesNotHaveDuplicates();
      assertThat((double) weights[0] + weights[1] + weights[2] + weights[3])
          .isCloseTo(2.5, within(1e-5));
    }
  }
}
