package org.unmask.model.device;

import java.io.IOException;
import java.util.List;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.weights.Checkpoint;

/** A kind of device; implementations are found by {@link java.util.ServiceLoader}. */
public interface DeviceBackend {

  /** Returns the name that {@code --device} takes, such as "cuda". */
  String name();

  /**
   * Looks for devices; never fails.
   *
   * @return what is there, best first; at least one entry, which says what is missing if nothing is
   *     usable
   */
  List<DeviceInfo> devices();

  /**
   * Loads a model on the first usable device.
   *
   * @param checkpoint needed until this method returns
   * @throws IOException if the checkpoint is damaged or of a kind the device cannot run
   * @throws DeviceException if there is no usable device, it lacks memory, or a call to it fails
   */
  DeviceModel load(Checkpoint checkpoint, Precision precision) throws IOException;

  /**
   * Draws a model's weights at random on the first usable device, to measure speed at a shape whose
   * weights are not at hand.
   *
   * @throws DeviceException as {@link #load}
   */
  DeviceModel random(TransformerConfig config, Precision precision);
}
