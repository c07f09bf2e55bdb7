package org.unmask.gpu;

import org.unmask.model.Denoiser;
import org.unmask.model.device.DeviceModel;
import org.unmask.model.transformer.StoredWeights;
import org.unmask.model.transformer.TransformerConfig;

/** A model on a device: its operations, compiled for it, and its weights. */
public final class GpuModel implements DeviceModel {

  private final TransformerConfig config;
  private final Ops ops;
  private final DeviceWeights weights;
  private final String description;

  private GpuModel(TransformerConfig config, Ops ops, DeviceWeights weights, String description) {
    this.config = config;
    this.ops = ops;
    this.weights = weights;
    this.description = description;
  }

  /**
   * Copies weights to the device.
   *
   * @param ops closed with the model, or at once if the weights cannot be loaded
   */
  public static GpuModel load(StoredWeights stored, Ops ops, String description) {
    try {
      DeviceWeights weights = DeviceWeights.upload(ops, stored);
      return new GpuModel(stored.config(), ops, weights, description);
    } catch (RuntimeException | Error e) {
      ops.close();
      throw e;
    }
  }

  /** Draws random weights on the device, for measuring speed at a shape. */
  public static GpuModel random(TransformerConfig config, Ops ops, String description) {
    try {
      return new GpuModel(config, ops, DeviceWeights.random(ops, config), description);
    } catch (RuntimeException | Error e) {
      ops.close();
      throw e;
    }
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public Denoiser newDenoiser() {
    return new DeviceDenoiser(config, weights, ops);
  }

  @Override
  public double lastDeviceMillis() {
    synchronized (ops) {
      return ops.lastMillis();
    }
  }

  @Override
  public void close() {
    synchronized (ops) { // not in the middle of another thread's forward call
      ops.close();
    }
  }
}
