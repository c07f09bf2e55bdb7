package org.unmask.gpu.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.unmask.model.device.DeviceException;

/** The CUDA driver API by {@code java.lang.foreign}, on the first device. */
final class NativeDriver implements Driver {

  private static final int OUT_OF_MEMORY = 2;
  private static final int DEINITIALIZED = 4;
  private static final int NON_BLOCKING = 1;
  private static final int RELAXED = 2;
  private static final int MULTIPROCESSORS = 16;
  private static final int MAJOR = 75;
  private static final int MINOR = 76;
  private static final int SHARED_MEMORY_OPT_IN = 97;
  private static final int MAX_DYNAMIC_SHARED = 8;

  private final Library library;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment out = arena.allocate(16, 16);
  private final int device;
  private final MemorySegment context;
  private final MemorySegment stream;
  private final Facts facts;

  private final MethodHandle errorName;
  private final MethodHandle errorText;
  private final MethodHandle setContext;
  private final MethodHandle memoryInfo;
  private final MethodHandle allocate;
  private final MethodHandle free;
  private final MethodHandle allocateHost;
  private final MethodHandle freeHost;
  private final MethodHandle memset;
  private final MethodHandle copyIn;
  private final MethodHandle copyOut;
  private final MethodHandle synchronize;
  private final MethodHandle loadModule;
  private final MethodHandle getFunction;
  private final MethodHandle setAttribute;
  private final MethodHandle launch;
  private final MethodHandle beginCapture;
  private final MethodHandle endCapture;
  private final MethodHandle instantiate;
  private final MethodHandle destroyGraph;
  private final MethodHandle destroyExecutable;
  private final MethodHandle launchGraph;
  private final MethodHandle createEvent;
  private final MethodHandle recordEvent;
  private final MethodHandle elapsed;

  NativeDriver(Library library) {
    this.library = library;
    errorName = handle("cuGetErrorName", JAVA_INT, ADDRESS);
    errorText = handle("cuGetErrorString", JAVA_INT, ADDRESS);
    call("cuInit", handle("cuInit", JAVA_INT), 0);
    call("cuDeviceGetCount", handle("cuDeviceGetCount", ADDRESS), out);
    if (out.get(JAVA_INT, 0) < 1) {
      throw new DeviceException("the NVIDIA driver sees no GPU");
    }
    call("cuDeviceGet", handle("cuDeviceGet", ADDRESS, JAVA_INT), out, 0);
    device = out.get(JAVA_INT, 0);
    facts = readFacts();
    MethodHandle retain = handle("cuDevicePrimaryCtxRetain", ADDRESS, JAVA_INT);
    call("cuDevicePrimaryCtxRetain", retain, out, device);
    context = out.get(ADDRESS, 0);
    setContext = handle("cuCtxSetCurrent", ADDRESS);
    makeCurrent();
    call("cuStreamCreate", handle("cuStreamCreate", ADDRESS, JAVA_INT), out, NON_BLOCKING);
    stream = out.get(ADDRESS, 0);
    memoryInfo = handle("cuMemGetInfo_v2", ADDRESS, ADDRESS);
    allocate = handle("cuMemAlloc_v2", ADDRESS, JAVA_LONG);
    free = handle("cuMemFree_v2", JAVA_LONG);
    allocateHost = handle("cuMemAllocHost_v2", ADDRESS, JAVA_LONG);
    freeHost = handle("cuMemFreeHost", ADDRESS);
    memset = handle("cuMemsetD8Async", JAVA_LONG, JAVA_BYTE, JAVA_LONG, ADDRESS);
    copyIn = handle("cuMemcpyHtoDAsync_v2", JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS);
    copyOut = handle("cuMemcpyDtoHAsync_v2", ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS);
    synchronize = handle("cuStreamSynchronize", ADDRESS);
    loadModule = handle("cuModuleLoadData", ADDRESS, ADDRESS);
    getFunction = handle("cuModuleGetFunction", ADDRESS, ADDRESS, ADDRESS);
    setAttribute = handle("cuFuncSetAttribute", ADDRESS, JAVA_INT, JAVA_INT);
    launch =
        handle(
            "cuLaunchKernel",
            ADDRESS,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            ADDRESS,
            ADDRESS,
            ADDRESS);
    beginCapture = handle("cuStreamBeginCapture_v2", ADDRESS, JAVA_INT);
    endCapture = handle("cuStreamEndCapture", ADDRESS, ADDRESS);
    instantiate = handle("cuGraphInstantiateWithFlags", ADDRESS, ADDRESS, JAVA_LONG);
    destroyGraph = handle("cuGraphDestroy", ADDRESS);
    destroyExecutable = handle("cuGraphExecDestroy", ADDRESS);
    launchGraph = handle("cuGraphLaunch", ADDRESS, ADDRESS);
    createEvent = handle("cuEventCreate", ADDRESS, JAVA_INT);
    recordEvent = handle("cuEventRecord", ADDRESS, ADDRESS);
    elapsed = elapsedHandle();
  }

  /** The plain symbol is that of old drivers; both have the same parameters. */
  private MethodHandle elapsedHandle() {
    String name = library.symbols().find("cuEventElapsedTime_v2").isPresent() ? "_v2" : "";
    return handle("cuEventElapsedTime" + name, ADDRESS, ADDRESS, ADDRESS);
  }

  private MethodHandle handle(String name, MemoryLayout... parameters) {
    return library.function(name, parameters);
  }

  private Facts readFacts() {
    MemorySegment name = arena.allocate(256);
    call(
        "cuDeviceGetName",
        handle("cuDeviceGetName", ADDRESS, JAVA_INT, JAVA_INT),
        name,
        256,
        device);
    call("cuDriverGetVersion", handle("cuDriverGetVersion", ADDRESS), out);
    int version = out.get(JAVA_INT, 0);
    return new Facts(
        name.getString(0),
        attribute(MAJOR),
        attribute(MINOR),
        attribute(MULTIPROCESSORS),
        attribute(SHARED_MEMORY_OPT_IN),
        version);
  }

  private int attribute(int which) {
    MethodHandle get = handle("cuDeviceGetAttribute", ADDRESS, JAVA_INT, JAVA_INT);
    call("cuDeviceGetAttribute", get, out, which, device);
    return out.get(JAVA_INT, 0);
  }

  /** Makes a call that is not worth a signature of its own and checks its status. */
  private void call(String what, MethodHandle function, Object... arguments) {
    int status;
    try {
      status = (int) function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw broken(what, e);
    }
    check(what, status);
  }

  private void check(String what, int status) {
    if (status != 0) {
      throw new DeviceException("%s failed: %s".formatted(what, describe(status)));
    }
  }

  private String describe(int status) {
    try {
      String name = "error " + status;
      if ((int) errorName.invokeExact(status, out) == 0) {
        name = out.get(ADDRESS, 0).reinterpret(256).getString(0);
      }
      if ((int) errorText.invokeExact(status, out) == 0) {
        name += ", " + out.get(ADDRESS, 0).reinterpret(1024).getString(0);
      }
      return name;
    } catch (Throwable e) {
      throw broken("cuGetErrorName", e);
    }
  }

  /** A call that does not even reach the driver is a mistake in this class. */
  private static IllegalStateException broken(String what, Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("cannot call " + what, e);
  }

  @Override
  public Facts facts() {
    return facts;
  }

  @Override
  public long freeMemory() {
    call("cuMemGetInfo", memoryInfo, out, out.asSlice(8));
    return out.get(JAVA_LONG, 0);
  }

  @Override
  public void makeCurrent() {
    try {
      check("cuCtxSetCurrent", (int) setContext.invokeExact(context));
    } catch (DeviceException e) {
      throw e;
    } catch (Throwable e) {
      throw broken("cuCtxSetCurrent", e);
    }
  }

  @Override
  public MemorySegment stream() {
    return stream;
  }

  @Override
  public long allocate(long bytes) {
    int status;
    try {
      status = (int) allocate.invokeExact(out, bytes);
    } catch (Throwable e) {
      throw broken("cuMemAlloc", e);
    }
    if (status == OUT_OF_MEMORY) {
      return 0;
    }
    check("cuMemAlloc", status);
    return out.get(JAVA_LONG, 0);
  }

  @Override
  public void free(long address) {
    call("cuMemFree", free, address);
  }

  @Override
  public MemorySegment allocateHost(long bytes) {
    call("cuMemAllocHost", allocateHost, out, bytes);
    return out.get(ADDRESS, 0).reinterpret(bytes);
  }

  @Override
  public void freeHost(MemorySegment memory) {
    call("cuMemFreeHost", freeHost, memory);
  }

  @Override
  public void zero(long address, long bytes) {
    call("cuMemsetD8Async", memset, address, (byte) 0, bytes, stream);
  }

  @Override
  public void copyIn(long to, MemorySegment from, long bytes) {
    int status;
    try {
      status = (int) copyIn.invokeExact(to, from, bytes, stream);
    } catch (Throwable e) {
      throw broken("cuMemcpyHtoDAsync", e);
    }
    check("cuMemcpyHtoDAsync", status);
  }

  @Override
  public void copyOut(MemorySegment to, long from, long bytes) {
    int status;
    try {
      status = (int) copyOut.invokeExact(to, from, bytes, stream);
    } catch (Throwable e) {
      throw broken("cuMemcpyDtoHAsync", e);
    }
    check("cuMemcpyDtoHAsync", status);
  }

  @Override
  public void synchronize() {
    int status;
    try {
      status = (int) synchronize.invokeExact(stream);
    } catch (Throwable e) {
      throw broken("cuStreamSynchronize", e);
    }
    check("a kernel or copy", status); // errors of earlier launches show here
  }

  @Override
  public MemorySegment loadModule(MemorySegment image) {
    call("cuModuleLoadData", loadModule, out, image);
    return out.get(ADDRESS, 0);
  }

  @Override
  public MemorySegment function(MemorySegment module, String name, int sharedBytes) {
    try (Arena call = Arena.ofConfined()) {
      call("cuModuleGetFunction " + name, getFunction, out, module, call.allocateFrom(name));
    }
    MemorySegment function = out.get(ADDRESS, 0);
    if (sharedBytes > 0) {
      call("cuFuncSetAttribute " + name, setAttribute, function, MAX_DYNAMIC_SHARED, sharedBytes);
    }
    return function;
  }

  @Override
  public void launch(
      MemorySegment function,
      int gridX,
      int gridY,
      int block,
      int sharedBytes,
      MemorySegment parameters) {
    int status;
    try {
      status =
          (int)
              launch.invokeExact(
                  function,
                  gridX,
                  gridY,
                  1,
                  block,
                  1,
                  1,
                  sharedBytes,
                  stream,
                  parameters,
                  MemorySegment.NULL);
    } catch (Throwable e) {
      throw broken("cuLaunchKernel", e);
    }
    check("cuLaunchKernel", status);
  }

  @Override
  public void beginCapture() {
    call("cuStreamBeginCapture", beginCapture, stream, RELAXED);
  }

  @Override
  public MemorySegment endCapture() {
    call("cuStreamEndCapture", endCapture, stream, out);
    MemorySegment graph = out.get(ADDRESS, 0);
    call("cuGraphInstantiate", instantiate, out, graph, 0L);
    MemorySegment executable = out.get(ADDRESS, 0);
    call("cuGraphDestroy", destroyGraph, graph);
    return executable;
  }

  @Override
  public void launchGraph(MemorySegment graph) {
    int status;
    try {
      status = (int) launchGraph.invokeExact(graph, stream);
    } catch (Throwable e) {
      throw broken("cuGraphLaunch", e);
    }
    check("cuGraphLaunch", status);
  }

  @Override
  public void freeGraph(MemorySegment graph) {
    call("cuGraphExecDestroy", destroyExecutable, graph);
  }

  @Override
  public MemorySegment newEvent() {
    call("cuEventCreate", createEvent, out, 0);
    return out.get(ADDRESS, 0);
  }

  @Override
  public void record(MemorySegment event) {
    call("cuEventRecord", recordEvent, event, stream);
  }

  @Override
  public float elapsed(MemorySegment from, MemorySegment to) {
    call("cuEventElapsedTime", elapsed, out, from, to);
    return out.get(JAVA_FLOAT, 0);
  }

  @Override
  public void close() {
    call("cuStreamDestroy", handle("cuStreamDestroy_v2", ADDRESS), stream);
    try {
      MethodHandle release = handle("cuDevicePrimaryCtxRelease_v2", JAVA_INT);
      int status = (int) release.invokeExact(device);
      if (status != DEINITIALIZED) { // the process is ending: nothing is left to release
        check("cuDevicePrimaryCtxRelease", status);
      }
    } catch (DeviceException e) {
      throw e;
    } catch (Throwable e) {
      throw broken("cuDevicePrimaryCtxRelease", e);
    }
    arena.close();
  }
}
