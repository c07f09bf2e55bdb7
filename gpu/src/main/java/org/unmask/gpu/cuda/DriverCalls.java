package org.unmask.gpu.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.unmask.model.device.DeviceException;

/** Functions of the CUDA driver, and the check of the status that each returns. */
final class DriverCalls {

  private final Library library;
  private final MemorySegment text;
  private final MethodHandle errorName;
  private final MethodHandle errorText;

  DriverCalls(Library library, Arena arena) {
    this.library = library;
    text = arena.allocate(ADDRESS);
    errorName = handle("cuGetErrorName", JAVA_INT, ADDRESS);
    errorText = handle("cuGetErrorString", JAVA_INT, ADDRESS);
  }

  /** Finds a function. */
  MethodHandle handle(String name, MemoryLayout... parameters) {
    return library.function(name, parameters);
  }

  /** Finds the second version of a function, or in an old driver the first, of the same form. */
  MethodHandle newest(String name, MemoryLayout... parameters) {
    String version = library.symbols().find(name + "_v2").isPresent() ? "_v2" : "";
    return handle(name + version, parameters);
  }

  /** Makes a call that is not worth a signature of its own and checks its status. */
  void call(String what, MethodHandle function, Object... arguments) {
    int status;
    try {
      status = (int) function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw broken(what, e);
    }
    check(what, status);
  }

  /** Throws what a status that is not 0 means. */
  void check(String what, int status) {
    if (status != 0) {
      throw new DeviceException("%s failed: %s".formatted(what, describe(status)));
    }
  }

  private String describe(int status) {
    try {
      String name = "error " + status;
      if ((int) errorName.invokeExact(status, text) == 0) {
        name = text.get(ADDRESS, 0).reinterpret(256).getString(0);
      }
      if ((int) errorText.invokeExact(status, text) == 0) {
        name += ", " + text.get(ADDRESS, 0).reinterpret(1024).getString(0);
      }
      return name;
    } catch (Throwable e) {
      throw broken("cuGetErrorName", e);
    }
  }

  /** A call that does not even reach the driver is a mistake in this package. */
  static IllegalStateException broken(String what, Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("cannot call " + what, e);
  }
}
