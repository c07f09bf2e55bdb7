package org.unmask.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.unmask.model.AttentionMask;
import org.unmask.model.Denoiser;
import org.unmask.model.Query;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.weights.Checkpoint;

class AttentionMeansTest {

  @Test
  void attention_rowsSumToOneAndHiddenKeysGetNone() throws IOException {
    try (Checkpoint checkpoint = ShippedModels.open("unmask-llada-6m");
        WorkerPool pool = new WorkerPool(2)) {
      Denoiser denoiser = Transformer.load(checkpoint, pool).newDenoiser(Kernels.fastest(), pool);
      int[] ids = IntStream.range(5, 75).toArray();
      AttentionMask.Explicit hidesNeighbour = (row, slot) -> slot != row + 1;
      Query query =
          new Query()
              .rows(ids, 0, ids.length)
              .mask(hidesNeighbour)
              .predict(new int[] {3}, 1)
              .wantAttention(4);
      Query plain =
          new Query().rows(ids, 0, ids.length).mask(hidesNeighbour).predict(new int[] {3}, 1);
      denoiser.forward(List.of(plain, query));
      float[] attention = query.predictions().attention();
      for (int row = 0; row < ids.length; row++) {
        double sum = 0;
        for (int key = 0; key < ids.length; key++) {
          sum += attention[row * ids.length + key];
        }
        assertThat(sum).as("row %d", row).isCloseTo(1, within(1e-5)); // float32 sums
        if (row + 1 < ids.length) {
          assertThat(attention[row * ids.length + row + 1]).isZero();
        }
      }
      assertThat(query.predictions().confidence(0)).isEqualTo(plain.predictions().confidence(0));
    }
  }
}
