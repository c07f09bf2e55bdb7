package org.unmask.weights.hub;

import java.io.IOException;
import java.time.Duration;

/** A failure of the network or the server that trying again may cure. */
final class TransientException extends IOException {
  private final Duration wait;

  TransientException(String message) {
    this(message, Duration.ZERO);
  }

  /** Creates the exception with the wait that the server asked for. */
  TransientException(String message, Duration wait) {
    super(message);
    this.wait = wait;
  }

  Duration askedWait() {
    return wait;
  }
}
