package org.unmask.gpu.cuda;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.unmask.gpu.GpuModel;
import org.unmask.gpu.Ops;
import org.unmask.model.device.DeviceBackend;
import org.unmask.model.device.DeviceException;
import org.unmask.model.device.DeviceInfo;
import org.unmask.model.device.DeviceModel;
import org.unmask.model.device.Precision;
import org.unmask.model.transformer.StoredWeights;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.weights.Checkpoint;

/** NVIDIA GPUs: the driver, NVRTC and cuBLAS found at run time. */
public final class CudaBackend implements DeviceBackend {

  private static final int LEAST_CAPABILITY = 80;
  private static final int MOST_HIDDEN = 11264; // a row in 48 KB of shared memory
  private static final int MOST_HEAD_DIM = 128;

  /** Makes the backend; it looks for libraries when asked. */
  public CudaBackend() {}

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public List<DeviceInfo> devices() {
    try (Driver driver = new NativeDriver(Library.driver())) {
      return List.of(describe(driver, Library.nvrtc(), Library.cublas()));
    } catch (DeviceException e) {
      return List.of(new DeviceInfo(name(), name(), false, e.getMessage()));
    }
  }

  private DeviceInfo describe(Driver driver, Library nvrtc, Library cublas) {
    Driver.Facts facts = driver.facts();
    check(facts);
    String detail =
        String.format(
            Locale.ROOT,
            "compute capability %d.%d, %,d MB free, driver for CUDA %d.%d, %s, %s",
            facts.major(),
            facts.minor(),
            driver.freeMemory() >> 20,
            facts.driverVersion() / 1000,
            facts.driverVersion() % 1000 / 10,
            nvrtc.file(),
            cublas.file());
    return new DeviceInfo(name(), facts.name(), true, detail);
  }

  private static void check(Driver.Facts facts) {
    if (facts.major() * 10 + facts.minor() < LEAST_CAPABILITY) {
      throw new DeviceException(
          "%s has compute capability %d.%d; 8.0 or newer is needed, use --device cpu"
              .formatted(facts.name(), facts.major(), facts.minor()));
    }
  }

  @Override
  public DeviceModel load(Checkpoint checkpoint, Precision precision) throws IOException {
    StoredWeights stored = StoredWeights.of(checkpoint);
    return open(stored.config(), precision, ops -> name -> GpuModel.load(stored, ops, name));
  }

  @Override
  public DeviceModel random(TransformerConfig config, Precision precision) {
    return open(config, precision, ops -> name -> GpuModel.random(config, ops, name));
  }

  private GpuModel open(
      TransformerConfig config,
      Precision precision,
      Function<Ops, Function<String, GpuModel>> load) {
    check(config, precision);
    Driver driver = new NativeDriver(Library.driver());
    Ops ops;
    try {
      check(driver.facts());
      Nvrtc nvrtc = new Nvrtc(Library.nvrtc());
      Blas blas = new CuBlas(Library.cublas(), driver);
      ops = new CudaOps(config, precision, driver, nvrtc, blas);
    } catch (DeviceException e) {
      driver.close();
      throw e;
    }
    return load.apply(ops).apply(driver.facts().name() + ", " + precision.word());
  }

  /** Refuses shapes that the kernels have no room for. */
  static void check(TransformerConfig c, Precision precision) {
    if (c.experts() != null) {
      throw new IllegalArgumentException(
          c.family() + " models with experts run on the CPU only; use --device cpu");
    }
    if (c.hiddenSize() > MOST_HIDDEN) {
      throw new IllegalArgumentException(
          "a hidden size of %d is more than the %d that the CUDA kernels hold; use --device cpu"
              .formatted(c.hiddenSize(), MOST_HIDDEN));
    }
    if (Kernels.isHalf(precision) && (c.headDim() % 16 != 0 || c.headDim() > MOST_HEAD_DIM)) {
      throw new IllegalArgumentException(
          "a head size of %d is not a multiple of 16 up to %d; use --precision f32"
              .formatted(c.headDim(), MOST_HEAD_DIM));
    }
  }
}
