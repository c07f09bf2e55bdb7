package org.unmask.tornado;

import java.io.IOException;
import java.util.List;
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
import org.unmask.tornado.kernel.AttentionKernel;
import org.unmask.weights.Checkpoint;

/** Whatever device TornadoVM reaches: NVIDIA, AMD, Intel and Apple GPUs, and CPUs by OpenCL. */
public final class TornadoBackend implements DeviceBackend {

  /** Makes the backend; it looks for TornadoVM when asked. */
  public TornadoBackend() {}

  @Override
  public String name() {
    return "tornado";
  }

  @Override
  public List<DeviceInfo> devices() {
    try {
      Platform platform = Platform.find();
      return List.of(new DeviceInfo(name(), platform.name(), true, platform.detail()));
    } catch (DeviceException e) {
      return List.of(new DeviceInfo(name(), name(), false, e.getMessage()));
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

  private static GpuModel open(
      TransformerConfig config,
      Precision precision,
      Function<Ops, Function<String, GpuModel>> load) {
    check(config, precision);
    Platform platform = Platform.find();
    Ops ops = new TornadoOps(config, platform, SlotPool.slots(config));
    return load.apply(ops)
        .apply(platform.name() + " by TornadoVM's " + platform.backend() + ", " + precision.word());
  }

  /** Refuses what the kernels are not written for. */
  static void check(TransformerConfig c, Precision precision) {
    if (precision != Precision.F32) {
      throw new IllegalArgumentException(
          "device tornado computes in f32, not %s; use --precision f32"
              .formatted(precision.word()));
    }
    if (c.experts() != null) {
      throw new IllegalArgumentException(
          c.family() + " models with experts run on the CPU only; use --device cpu");
    }
    if (c.headDim() > AttentionKernel.MOST_HEAD_DIM) {
      throw new IllegalArgumentException(
          "a head size of %d is more than the %d that the kernels hold; use --device cpu"
              .formatted(c.headDim(), AttentionKernel.MOST_HEAD_DIM));
    }
  }
}
