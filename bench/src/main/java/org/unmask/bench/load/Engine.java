package org.unmask.bench.load;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Locale;
import java.util.Optional;
import org.unmask.model.Denoiser;
import org.unmask.model.device.DeviceModel;
import org.unmask.model.pack.Packing;
import org.unmask.model.transformer.Transformer;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.nn.WarmUp;
import org.unmask.runtime.nn.WeightFormat;
import org.unmask.weights.Checkpoint;

/**
 * What runs a model: the JVM's threads, or a device.
 *
 * @param kernels name of the kernels or of the device
 * @param weights how the weights are held
 * @param heads makes draft heads over the model
 * @param release frees it
 */
record Engine(
    String kernels,
    String weights,
    Denoiser denoiser,
    Companions.HeadsLoader heads,
    Runnable release) {

  /** Packed bytes up to which a pass is cheap enough to warm up with. */
  private static final long SMALL_BYTES = 1L << 30;

  /** Loads a checkpoint's weights where they are to be used. */
  static Engine load(
      Checkpoint checkpoint,
      Optional<WeightFormat> format,
      int threads,
      Kernels kernels,
      Packing packing,
      DeviceChoice where,
      Warming warming)
      throws IOException {
    Optional<DeviceModel> device = where.load(checkpoint);
    return device.isPresent()
        ? onDevice(device.get(), where)
        : onCpu(checkpoint, format, threads, kernels, packing, warming);
  }

  private static Engine onDevice(DeviceModel model, DeviceChoice where) {
    return new Engine(
        model.description(),
        where.precision().word(),
        model.newDenoiser(),
        heads -> {
          throw new IllegalArgumentException("draft heads run on the CPU only; use --device cpu");
        },
        model::close);
  }

  private static Engine onCpu(
      Checkpoint checkpoint,
      Optional<WeightFormat> format,
      int threads,
      Kernels kernels,
      Packing packing,
      Warming warming)
      throws IOException {
    WeightFormat held = format.isPresent() ? format.get() : Transformer.exactFormat(checkpoint);
    long bytes = PackedSize.bytes(Transformer.config(checkpoint), held);
    warming.common();
    warming.weights(held, packing.sample(bytes, WarmUp.PANEL_BYTES, Arena.ofAuto()));
    WorkerPool pool = new WorkerPool(threads);
    try {
      Transformer transformer = Transformer.load(checkpoint, Optional.of(held), pool, packing);
      Denoiser denoiser = transformer.newDenoiser(kernels, pool);
      warming.join();
      if (bytes < SMALL_BYTES) {
        warming.passes(denoiser);
      }
      return new Engine(
          kernels.name(),
          held.name().toLowerCase(Locale.ROOT),
          denoiser,
          heads -> transformer.newDraftHeads(heads, kernels, pool),
          pool::close);
    } catch (IOException | RuntimeException | Error e) {
      pool.close();
      throw e;
    }
  }
}
