package org.unmask.tornado;

import org.unmask.gpu.Buffer;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * An array of floats that TornadoVM mirrors on the device.
 *
 * @param array the host's copy
 */
record FloatMemory(Kind kind, FloatArray array) implements Buffer {

  static FloatArray of(Buffer buffer) {
    return ((FloatMemory) buffer).array;
  }
}
