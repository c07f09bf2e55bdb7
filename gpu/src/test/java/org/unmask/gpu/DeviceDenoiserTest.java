package org.unmask.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmask.model.Denoiser;
import org.unmask.model.Query;
import org.unmask.model.RowReuse;
import org.unmask.model.transformer.StoredWeights;
import org.unmask.model.transformer.Transformer;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.weights.Checkpoint;

/** Forward calls over the seam, with plain loops behind it, give the bits of the CPU. */
class DeviceDenoiserTest {

  @ParameterizedTest
  @CsvSource({"unmask-llada-6m,8", "unmask-dream-6m,64", "unmask-qwen-ar-3m,3"})
  void forward_anyCall_bitsOfTheCpu(String name, int tileRows) throws IOException {
    try (Checkpoint checkpoint = ShippedModels.open(name);
        WorkerPool pool = new WorkerPool(2)) {
      Denoiser cpu = Transformer.load(checkpoint, pool).newDenoiser(Kernels.fastest(), pool);
      StoredWeights stored = StoredWeights.of(checkpoint);
      try (GpuModel model =
          GpuModel.load(stored, new HostOps(stored.config(), tileRows), "plain loops")) {
        Calls.assertSameBits(Calls.of(model.newDenoiser()), Calls.of(cpu));
      }
    }
  }

  @Test
  void forward_sizesThatAreClose_shareAShape() throws IOException {
    try (Checkpoint checkpoint = ShippedModels.open("unmask-qwen-ar-3m")) {
      StoredWeights stored = StoredWeights.of(checkpoint);
      HostOps ops = new HostOps(stored.config(), 32);
      try (GpuModel model = GpuModel.load(stored, ops, "plain loops")) {
        Denoiser denoiser = model.newDenoiser();
        for (int predicted : new int[] {5, 4, 2, 1}) {
          int[] rows = {0, 1, 2, 3, 4};
          denoiser.forward(List.of(new Query().rows(new int[12], 0, 12).predict(rows, predicted)));
        }
        assertThat(ops.shapes).hasSize(4);
        assertThat(ops.shapes.stream().distinct()).hasSize(1);
      }
      assertThat(ops.live()).isZero();
    }
  }

  @Test
  void forward_badQuery_saysWhat() throws IOException {
    try (Checkpoint checkpoint = ShippedModels.open("unmask-qwen-ar-3m")) {
      StoredWeights stored = StoredWeights.of(checkpoint);
      try (GpuModel model = GpuModel.load(stored, new HostOps(stored.config(), 8), "plain loops")) {
        Denoiser denoiser = model.newDenoiser();
        Query outside = new Query().rows(new int[] {2048}, 0, 1);
        assertThatThrownBy(() -> denoiser.forward(List.of(outside)))
            .hasMessage("token id 2048 in query 0 is outside [0, 2048)");
        Query full = new Query(denoiser.newCache(2)).rows(new int[3], 0, 3);
        assertThatThrownBy(() -> denoiser.forward(List.of(full)))
            .hasMessageContaining("of a cache of 2");
        Query far = new Query().rows(new int[3], 0, 3).predict(new int[] {9}, 1);
        assertThatThrownBy(() -> denoiser.forward(List.of(far)))
            .hasMessage("query 0 of 3 rows cannot predict row 9");
        Query kept = new Query(denoiser.newCache(4)).rows(new int[3], 0, 3).reuse(new RowReuse());
        assertThatThrownBy(() -> denoiser.forward(List.of(kept)))
            .hasMessageContaining("use --device cpu");
        assertThatThrownBy(() -> denoiser.newCache(0)).hasMessageContaining("at least 1 slot");
      }
    }
  }
}
