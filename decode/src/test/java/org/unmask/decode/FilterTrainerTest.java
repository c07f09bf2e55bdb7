package org.unmask.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.unmask.weights.safetensors.SafetensorsFile;
import org.unmask.weights.safetensors.Tensor;

/** The training rule against losses and weights recorded with PyTorch; golden/traces/ORIGIN.md. */
class FilterTrainerTest {

  private static final int N = FilterModel.WIDTH;

  /** The recorded matrices (rows, 32) as training rows. */
  private static List<FilterRow> rows(Map<String, Tensor> tensors) {
    float[] features = floats(tensors, "features");
    float[] labels = floats(tensors, "labels");
    List<FilterRow> rows = new ArrayList<>();
    for (int r = 0; r < features.length / N; r++) {
      boolean[] isCorrect = new boolean[N];
      for (int i = 0; i < N; i++) {
        isCorrect[i] = labels[r * N + i] == 1;
      }
      float[] confidence = Arrays.copyOfRange(features, r * N, (r + 1) * N);
      rows.add(new FilterRow(0, r, false, confidence, isCorrect));
    }
    return rows;
  }

  private static FilterModel filter(Map<String, Tensor> tensors, String when) {
    return new FilterModel(
        floats(tensors, when + ".linear1.weight"),
        floats(tensors, when + ".linear1.bias"),
        floats(tensors, when + ".linear2.weight"),
        floats(tensors, when + ".linear2.bias"));
  }

  private static float[] floats(Map<String, Tensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name)).toFloats();
  }

  @Test
  void train_followsTheRecordedLosses() throws IOException, URISyntaxException {
    Path file =
        Path.of(
            Objects.requireNonNull(
                    FilterTrainerTest.class.getResource(
                        "/golden/traces/learn2pd-training.safetensors"))
                .toURI());
    try (Arena arena = Arena.ofConfined()) {
      Map<String, Tensor> tensors = SafetensorsFile.open(file, arena).tensors();
      List<FilterRow> rows = rows(tensors);
      FilterTrainer trainer = new FilterTrainer(rows, filter(tensors, "init"));
      Map<Integer, Double> losses = new TreeMap<>();
      trainer.train(100, 2, epoch -> losses.put(epoch, trainer.loss()));
      assertThat(losses.get(0)).isCloseTo(0.7019517, within(1e-5));
      assertThat(losses.get(10)).isCloseTo(0.4852943, within(1e-4));
      assertThat(losses.get(50)).isCloseTo(0.2435934, within(1e-4));
      float[] input = rows.getFirst().confidence();
      float[] expected = filter(tensors, "after100").logits(input, N);
      // 100 updates in float32 there, in double here
      assertThat(trainer.model().logits(input, N)).containsExactly(expected, within(2e-3f));
    }
  }

  /** Rows of blocks of 5: a position is right if its certainty is above one half. */
  private static List<FilterRow> drawn(int count) {
    Random random = new Random(11);
    List<FilterRow> rows = new ArrayList<>();
    for (int r = 0; r < count; r++) {
      float[] confidence = new float[5];
      boolean[] isCorrect = new boolean[5];
      for (int i = 0; i < 5; i++) {
        confidence[i] = random.nextFloat();
        isCorrect[i] = confidence[i] > .5f;
      }
      rows.add(new FilterRow(0, r, false, confidence, isCorrect));
    }
    return rows;
  }

  @Test
  void train_anyNumberOfThreads_sameBits() {
    List<float[]> logits = new ArrayList<>();
    for (int threads : new int[] {1, 2, 5}) {
      FilterTrainer trainer = new FilterTrainer(drawn(103), 5, 7, 3e-3, false);
      trainer.train(50, threads, epoch -> {});
      logits.add(trainer.model().logits(new float[] {.9f, .2f, .7f, .1f, .4f}, 5));
    }
    assertThat(logits.get(1)).isEqualTo(logits.get(0));
    assertThat(logits.get(2)).isEqualTo(logits.get(0));
  }

  @Test
  void train_learnsTheRule() {
    FilterTrainer trainer = new FilterTrainer(drawn(200), 5, 7, 3e-3, false);
    double before = trainer.loss();
    trainer.train(1000, 1, epoch -> {});
    assertThat(trainer.loss()).isLessThan(before * .8);
    int right = 0;
    for (FilterRow row : drawn(400).subList(200, 400)) { // not those it was trained on
      float[] logits = trainer.model().logits(row.confidence(), 5);
      for (int i = 0; i < 5; i++) {
        right += logits[i] > 0 == row.isCorrect()[i] ? 1 : 0;
      }
    }
    assertThat(right).isGreaterThan(750); // of 1000; guessing gets 500, five units not all
  }

  @Test
  void train_differentSeed_otherWeights() {
    float[] input = {.9f, .2f};
    float[] one = new FilterTrainer(drawn(2), 5, 1, 3e-3, false).model().logits(input, 2);
    assertThat(new FilterTrainer(drawn(2), 5, 2, 3e-3, false).model().logits(input, 2))
        .isNotEqualTo(one);
  }

  @Test
  void longRows_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FilterTrainer(drawn(1), 4, 1, 3e-3, false))
        .withMessageContaining("row of 5 positions");
  }

  @Test
  void collectAll_batched_isTheSamePassesOneByOne() {
    DecodeOptions reference = FilterRows.reference(8, 4);
    List<DecodeRequest> requests = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      requests.add(new DecodeRequest(new int[] {i, 1}, reference));
    }
    Decoder decoder = new Decoder(ScriptedDenoiser.random(3, 12, 0, 2), DecodeResources.none());
    Map<Integer, List<FilterRow>> both = new TreeMap<>();
    FilterRows.collectAll(decoder, requests.iterator(), 3, true, both::put);
    assertThat(both).hasSize(5);
    both.forEach(
        (i, rows) -> {
          int[] prompt = requests.get(i).prompt();
          int[] answer = decoder.decode(requests.get(i)).ids();
          List<FilterRow> second = FilterRows.collect(decoder, prompt, answer, 4);
          assertThat(rows).hasSize(8 + second.size()); // one token per step: 8 steps before
          for (int r = 0; r < second.size(); r++) {
            FilterRow row = rows.get(8 + r);
            assertThat(row.confidence()).isEqualTo(second.get(r).confidence());
            assertThat(row.isCorrect()).isEqualTo(second.get(r).isCorrect());
            assertThat(row.isStuck()).isEqualTo(second.get(r).isStuck());
          }
          assertThat(rows.get(0).confidence()).isEqualTo(second.get(0).confidence());
          // at a block's last step the last mask is filled with what is said: the answer
          int filled = 0;
          for (boolean isCorrect : rows.get(3).isCorrect()) {
            filled += isCorrect ? 1 : 0;
          }
          assertThat(filled).isPositive();
        });
    Map<Integer, List<FilterRow>> alone = new TreeMap<>();
    FilterRows.collectAll(decoder, requests.iterator(), 1, false, alone::put);
    assertThat(alone.get(0)).hasSameSizeAs(both.get(0).subList(8, both.get(0).size()));
  }

  @Test
  void noRows_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FilterTrainer(List.of(), 5, 1, 3e-3, false))
        .withMessageContaining("without rows");
  }

  @Test
  void fromAThreshold_isTheThresholdRule() {
    FilterModel filter = new FilterTrainer(drawn(1), 5, 1, 3e-3, true).model();
    float[] logits = filter.logits(new float[] {.8f, .9f, .93f, .95f, 1f}, 5);
    for (int i = 0; i < 5; i++) {
      assertThat(FilterModel.probability(logits[i]) > .5).as("%d", i).isEqualTo(i > 2);
    }
  }
}
