package org.unmask.gpu.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.unmask.model.device.DeviceException;

/** The first device, its facts and its primary context. */
final class DriverDevice {

  private static final int DEINITIALIZED = 4;
  private static final int MULTIPROCESSORS = 16;
  private static final int MAJOR = 75;
  private static final int MINOR = 76;
  private static final int SHARED_MEMORY_OPT_IN = 97;

  private final DriverCalls calls;
  private final MemorySegment out;
  private final int device;
  private final MemorySegment context;
  private final MethodHandle setContext;
  private final Driver.Facts facts;

  /**
   * Opens the device and makes it that of the calling thread.
   *
   * @throws DeviceException if there is none
   */
  DriverDevice(DriverCalls calls, Arena arena) {
    this.calls = calls;
    out = arena.allocate(ADDRESS);
    calls.call("cuInit", calls.handle("cuInit", JAVA_INT), 0);
    calls.call("cuDeviceGetCount", calls.handle("cuDeviceGetCount", ADDRESS), out);
    if (out.get(JAVA_INT, 0) < 1) {
      throw new DeviceException("the NVIDIA driver sees no GPU");
    }
    calls.call("cuDeviceGet", calls.handle("cuDeviceGet", ADDRESS, JAVA_INT), out, 0);
    device = out.get(JAVA_INT, 0);
    facts = readFacts(arena);
    MethodHandle retain = calls.handle("cuDevicePrimaryCtxRetain", ADDRESS, JAVA_INT);
    calls.call("cuDevicePrimaryCtxRetain", retain, out, device);
    context = out.get(ADDRESS, 0);
    setContext = calls.handle("cuCtxSetCurrent", ADDRESS);
    makeCurrent();
  }

  private Driver.Facts readFacts(Arena arena) {
    MemorySegment name = arena.allocate(256);
    MethodHandle getName = calls.handle("cuDeviceGetName", ADDRESS, JAVA_INT, JAVA_INT);
    calls.call("cuDeviceGetName", getName, name, 256, device);
    calls.call("cuDriverGetVersion", calls.handle("cuDriverGetVersion", ADDRESS), out);
    int version = out.get(JAVA_INT, 0);
    return new Driver.Facts(
        name.getString(0),
        attribute(MAJOR),
        attribute(MINOR),
        attribute(MULTIPROCESSORS),
        attribute(SHARED_MEMORY_OPT_IN),
        version);
  }

  private int attribute(int which) {
    MethodHandle get = calls.handle("cuDeviceGetAttribute", ADDRESS, JAVA_INT, JAVA_INT);
    calls.call("cuDeviceGetAttribute", get, out, which, device);
    return out.get(JAVA_INT, 0);
  }

  Driver.Facts facts() {
    return facts;
  }

  void makeCurrent() {
    int status;
    try {
      status = (int) setContext.invokeExact(context);
    } catch (Throwable e) {
      throw DriverCalls.broken("cuCtxSetCurrent", e);
    }
    calls.check("cuCtxSetCurrent", status);
  }

  void release() {
    int status;
    try {
      MethodHandle release = calls.handle("cuDevicePrimaryCtxRelease_v2", JAVA_INT);
      status = (int) release.invokeExact(device);
    } catch (Throwable e) {
      throw DriverCalls.broken("cuDevicePrimaryCtxRelease", e);
    }
    if (status != DEINITIALIZED) { // the process is ending: nothing is left to release
      calls.check("cuDevicePrimaryCtxRelease", status);
    }
  }
}
