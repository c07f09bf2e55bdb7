package org.unmask.model.device;

import org.unmask.model.Denoiser;

/**
 * A model whose weights lie on a device. Closing it frees them, and every cache and denoiser made
 * of it; none may be used afterwards.
 */
public interface DeviceModel extends AutoCloseable {

  /** Returns the device and the precision, for people. */
  String description();

  /** Makes a denoiser with working memory of its own. */
  Denoiser newDenoiser();

  /** Returns the milliseconds that the device worked on the last forward call. */
  double lastDeviceMillis();

  @Override
  void close();
}
