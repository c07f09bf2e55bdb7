package org.unmask.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmask.model.Denoiser;
import org.unmask.model.Query;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.safetensors.SafetensorsFile;
import org.unmask.weights.safetensors.Tensor;

/** Logits of the shipped checkpoints against the official implementations; see golden/ORIGIN.md. */
class LogitsGoldenTest {

  private static final int FIRST_COLUMN = 5;
  private static final int COLUMN_STEP = 29;

  @ParameterizedTest
  @ValueSource(
      strings = {"unmask-llada-6m", "unmask-dream-6m", "unmask-qwen-ar-6m", "unmask-qwen-ar-3m"})
  void forward_shippedCheckpoint_matchesOfficialLogits(String name)
      throws IOException, URISyntaxException {
    Path golden =
        Path.of(
            Objects.requireNonNull(
                    LogitsGoldenTest.class.getResource("/golden/logits/" + name + ".safetensors"))
                .toURI());
    try (Arena arena = Arena.ofConfined();
        Checkpoint checkpoint = ShippedModels.open(name);
        WorkerPool pool = new WorkerPool(2)) {
      SafetensorsFile expected = SafetensorsFile.open(golden, arena);
      Denoiser denoiser = Transformer.load(checkpoint, pool).newDenoiser(Kernels.fastest(), pool);
      for (int i = 0; i < 3; i++) {
        compare(denoiser, expected, i);
      }
    }
  }

  private static void compare(Denoiser denoiser, SafetensorsFile expected, int i) {
    Tensor idTensor = Objects.requireNonNull(expected.tensors().get("ids_" + i));
    int rows = (int) idTensor.elements();
    int[] ids =
        IntStream.range(0, rows)
            .map(r -> (int) idTensor.data().getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, r))
            .toArray();
    Query query =
        new Query()
            .rows(ids, 0, rows)
            .predict(IntStream.range(0, rows).toArray(), rows)
            .unshifted(true)
            .wantLogits(true);
    denoiser.forward(List.of(query));
    float[] logits = query.predictions().logits();
    float[] sampled = Objects.requireNonNull(expected.tensors().get("logits_" + i)).toFloats();
    Tensor argMax = Objects.requireNonNull(expected.tensors().get("argmax_" + i));
    int columns = sampled.length / rows;
    float worst = 0;
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        float actual = logits[r * denoiser.vocabSize() + FIRST_COLUMN + c * COLUMN_STEP];
        worst = Math.max(worst, Math.abs(actual - sampled[r * columns + c]));
      }
      assertThat(query.predictions().token(r))
          .as("arg-max of row %d of ids_%d", r, i)
          .isEqualTo(argMax.data().getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, r));
    }
    assertThat(worst).as("largest difference of ids_%d", i).isLessThan(2e-4f);
  }
}
