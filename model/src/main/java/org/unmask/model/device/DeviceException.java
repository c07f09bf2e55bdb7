package org.unmask.model.device;

/** A device is missing, lacks memory, or failed; the message says what to do. */
public final class DeviceException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** Makes an exception with a one-line message. */
  public DeviceException(String message) {
    super(message);
  }

  /** Makes an exception with a one-line message and its cause. */
  public DeviceException(String message, Throwable cause) {
    super(message, cause);
  }
}
