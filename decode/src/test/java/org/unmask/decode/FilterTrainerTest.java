package org.unmask.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.unmask.weights.safetensors.SafetensorsFile;
import org.unmask.weights.safetensors.Tensor;

/** The training rule against losses and weights recorded with PyTorch; golden/traces/ORIGIN.md. */
class FilterTrainerTest {

  private static final int N = FilterModel.WIDTH;

  private static float[][] matrix(Map<String, Tensor> tensors, String name) {
    float[] values = floats(tensors, name);
    float[][] rows = new float[values.length / N][N];
    for (int r = 0; r < rows.length; r++) {
      System.arraycopy(values, r * N, rows[r], 0, N);
    }
    return rows;
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
      FilterTrainer trainer =
          new FilterTrainer(
              matrix(tensors, "features"),
              matrix(tensors, "labels"),
              floats(tensors, "init.linear1.weight"),
              floats(tensors, "init.linear1.bias"),
              floats(tensors, "init.linear2.weight"),
              floats(tensors, "init.linear2.bias"));
      Map<Integer, Double> losses = new TreeMap<>();
      trainer.train(100, epoch -> losses.put(epoch, trainer.loss()));
      assertThat(losses.get(0)).isCloseTo(0.7019517, within(1e-5));
      assertThat(losses.get(10)).isCloseTo(0.4852943, within(1e-4));
      assertThat(losses.get(50)).isCloseTo(0.2435934, within(1e-4));
      float[] input = matrix(tensors, "features")[0];
      float[] expected =
          new FilterModel(
                  floats(tensors, "after100.linear1.weight"),
                  floats(tensors, "after100.linear1.bias"),
                  floats(tensors, "after100.linear2.weight"),
                  floats(tensors, "after100.linear2.bias"))
              .logits(input, N);
      // 100 updates in float32 there, in double here
      assertThat(trainer.model().logits(input, N)).containsExactly(expected, within(2e-3f));
    }
  }

  @Test
  void train_sameSeed_sameFilter() {
    List<FilterRow> rows =
        List.of(
            new FilterRow(0, 0, false, new float[] {.9f, .2f}, new boolean[] {true, false}),
            new FilterRow(0, 1, false, new float[] {.3f, .8f}, new boolean[] {false, true}));
    FilterTrainer a = new FilterTrainer(rows, 7);
    FilterTrainer b = new FilterTrainer(rows, 7);
    a.train(200, epoch -> {});
    b.train(200, epoch -> {});
    float[] input = {.9f, .2f};
    assertThat(a.model().logits(input, 2)).isEqualTo(b.model().logits(input, 2));
    assertThat(a.model().logits(input, 2)[0]).isPositive();
    assertThat(a.model().logits(input, 2)[1]).isNegative();
  }

  @Test
  void noRows_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FilterTrainer(List.of(), 1))
        .withMessageContaining("without rows");
  }
}
