package org.unmask.gpu.cuda;

import java.util.List;

/** Compiles CUDA C; the seam at which tests put a compiler that does nothing. */
@FunctionalInterface
interface KernelCompiler {

  /**
   * Compiles.
   *
   * @return the machine code
   * @throws org.unmask.model.device.DeviceException with the first error if it does not compile
   */
  byte[] compile(String source, List<String> options);
}
