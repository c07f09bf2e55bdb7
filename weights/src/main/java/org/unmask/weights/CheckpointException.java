package org.unmask.weights;

import java.io.IOException;

/** A checkpoint that is missing, incomplete or contradicts itself. The message is one line. */
public final class CheckpointException extends IOException {

  /**
   * Creates the exception.
   *
   * @param message one line naming the file, what is wrong and what to do about it
   */
  public CheckpointException(String message) {
    super(message);
  }
}
