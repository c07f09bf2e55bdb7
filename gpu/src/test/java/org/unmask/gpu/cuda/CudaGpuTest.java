package org.unmask.gpu.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmask.gpu.Calls;
import org.unmask.gpu.ShippedModels;
import org.unmask.model.Denoiser;
import org.unmask.model.device.DeviceInfo;
import org.unmask.model.device.DeviceModel;
import org.unmask.model.device.Precision;
import org.unmask.model.transformer.Transformer;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.weights.Checkpoint;

/** The kernels on a GPU against the CPU; run with {@code -Dtest.excludedGroups=slow}. */
@Tag("gpu")
class CudaGpuTest {

  private final CudaBackend backend = new CudaBackend();

  @BeforeEach
  void findGpu() {
    DeviceInfo first = backend.devices().getFirst();
    assumeTrue(first.isUsable(), "skipped without a GPU: " + first.detail());
  }

  @ParameterizedTest
  @ValueSource(strings = {"unmask-llada-6m", "unmask-dream-6m", "unmask-qwen-ar-6m"})
  void exact_anyCall_bitsOfTheCpu(String name) throws IOException {
    try (Checkpoint checkpoint = ShippedModels.open(name);
        WorkerPool pool = new WorkerPool(2);
        DeviceModel model = backend.load(checkpoint, Precision.EXACT)) {
      Denoiser cpu = Transformer.load(checkpoint, pool).newDenoiser(Kernels.fastest(), pool);
      Calls.assertSameBits(Calls.of(model.newDenoiser()), Calls.of(cpu));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"F32", "F16", "BF16"})
  void fast_anyCall_closeToTheCpu(String precision) throws IOException {
    double tolerance =
        switch (Precision.valueOf(precision)) {
          case F32, EXACT -> 1e-3;
          case F16 -> 5e-2;
          case BF16 -> 5e-1;
        };
    try (Checkpoint checkpoint = ShippedModels.open("unmask-dream-6m");
        WorkerPool pool = new WorkerPool(2);
        DeviceModel model = backend.load(checkpoint, Precision.valueOf(precision))) {
      Denoiser cpu = Transformer.load(checkpoint, pool).newDenoiser(Kernels.fastest(), pool);
      Calls.assertClose(Calls.of(model.newDenoiser()), Calls.of(cpu), tolerance);
    }
  }
}
