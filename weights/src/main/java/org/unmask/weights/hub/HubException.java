package org.unmask.weights.hub;

import java.io.IOException;

/** A model that cannot be pulled. The message is one line that says what to do. */
public final class HubException extends IOException {
  HubException(String message) {
    super(message);
  }
}
