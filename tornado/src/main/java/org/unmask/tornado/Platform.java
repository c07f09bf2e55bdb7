package org.unmask.tornado;

import java.util.Locale;
import java.util.Map;
import org.unmask.model.device.DeviceException;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/**
 * TornadoVM as it was installed: what differs between its releases and its backends is here.
 *
 * @param device the device that task graphs run on
 * @param backend TornadoVM's backend, such as "CUDA" or "OpenCL"
 */
record Platform(TornadoDevice device, String backend) {

  /** Read once, when TornadoVM's runtime is first touched. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "tornado.recover.bailout", "False", // a kernel that fails must not run on the CPU instead
          "tornado.device.memory", "1024GB", // the device says itself when it is full
          "tornado.tvm.maxbytecodesize", "4194304");

  private static final String LOADED_BY_ARGFILE = "tornado.load.runtime.implementation";

  /**
   * Finds the default device.
   *
   * @throws DeviceException if there is none; the message says what to do
   */
  static Platform find() {
    if (System.getProperty(LOADED_BY_ARGFILE) == null) {
      throw new DeviceException(
          "java runs without TornadoVM; set TORNADOVM_HOME to its SDK and start ./unmask again");
    }
    SETTINGS.forEach(
        (name, value) -> {
          if (System.getProperty(name) == null) {
            System.setProperty(name, value);
          }
        });
    try {
      TornadoDevice device = TornadoRuntimeProvider.getTornadoRuntime().getDefaultDevice();
      return new Platform(device, device.getTornadoVMBackend().toString());
    } catch (RuntimeException | LinkageError e) {
      throw new DeviceException(
          "TornadoVM found no device (%s); check its SDK with 'tornado --devices'"
              .formatted(cause(e)),
          e);
    }
  }

  private static String cause(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage()).lines().findFirst().orElse("no reason given");
  }

  /** Tells whether steps can be recorded as CUDA graphs and products left to cuBLAS. */
  boolean isCuda() {
    return backend.toUpperCase(Locale.ROOT).startsWith("CUDA");
  }

  /** Returns the device's own name. */
  String name() {
    return device.getPhysicalDevice().getDeviceName();
  }

  /** Returns backend and memory, for people. */
  String detail() {
    return String.format(
        Locale.ROOT, "TornadoVM's %s backend, %,d MB", backend, device.getMaxGlobalMemory() >> 20);
  }
}
