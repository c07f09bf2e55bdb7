package org.unmask.gpu.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The CUDA driver API by {@code java.lang.foreign}, on the first device. */
final class NativeDriver implements Driver {

  private static final int OUT_OF_MEMORY = 2;
  private static final int NON_BLOCKING = 1;
  private static final int RELAXED = 2;
  private static final int MAX_DYNAMIC_SHARED = 8;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment out = arena.allocate(16, 16);
  private final DriverCalls calls;
  private final DriverDevice device;
  private final MemorySegment stream;

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
    calls = new DriverCalls(library, arena);
    device = new DriverDevice(calls, arena);
    calls.call(
        "cuStreamCreate", calls.handle("cuStreamCreate", ADDRESS, JAVA_INT), out, NON_BLOCKING);
    stream = out.get(ADDRESS, 0);
    memoryInfo = calls.handle("cuMemGetInfo_v2", ADDRESS, ADDRESS);
    allocate = calls.handle("cuMemAlloc_v2", ADDRESS, JAVA_LONG);
    free = calls.handle("cuMemFree_v2", JAVA_LONG);
    allocateHost = calls.handle("cuMemAllocHost_v2", ADDRESS, JAVA_LONG);
    freeHost = calls.handle("cuMemFreeHost", ADDRESS);
    memset = calls.handle("cuMemsetD8Async", JAVA_LONG, JAVA_BYTE, JAVA_LONG, ADDRESS);
    copyIn = calls.handle("cuMemcpyHtoDAsync_v2", JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS);
    copyOut = calls.handle("cuMemcpyDtoHAsync_v2", ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS);
    synchronize = calls.handle("cuStreamSynchronize", ADDRESS);
    loadModule = calls.handle("cuModuleLoadData", ADDRESS, ADDRESS);
    getFunction = calls.handle("cuModuleGetFunction", ADDRESS, ADDRESS, ADDRESS);
    setAttribute = calls.handle("cuFuncSetAttribute", ADDRESS, JAVA_INT, JAVA_INT);
    launch =
        calls.handle(
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
    beginCapture = calls.handle("cuStreamBeginCapture_v2", ADDRESS, JAVA_INT);
    endCapture = calls.handle("cuStreamEndCapture", ADDRESS, ADDRESS);
    instantiate = calls.handle("cuGraphInstantiateWithFlags", ADDRESS, ADDRESS, JAVA_LONG);
    destroyGraph = calls.handle("cuGraphDestroy", ADDRESS);
    destroyExecutable = calls.handle("cuGraphExecDestroy", ADDRESS);
    launchGraph = calls.handle("cuGraphLaunch", ADDRESS, ADDRESS);
    createEvent = calls.handle("cuEventCreate", ADDRESS, JAVA_INT);
    recordEvent = calls.handle("cuEventRecord", ADDRESS, ADDRESS);
    elapsed = calls.newest("cuEventElapsedTime", ADDRESS, ADDRESS, ADDRESS);
  }

  @Override
  public Facts facts() {
    return device.facts();
  }

  @Override
  public long freeMemory() {
    calls.call("cuMemGetInfo", memoryInfo, out, out.asSlice(8));
    return out.get(JAVA_LONG, 0);
  }

  @Override
  public void makeCurrent() {
    device.makeCurrent();
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
      throw DriverCalls.broken("cuMemAlloc", e);
    }
    if (status == OUT_OF_MEMORY) {
      return 0;
    }
    calls.check("cuMemAlloc", status);
    return out.get(JAVA_LONG, 0);
  }

  @Override
  public void free(long address) {
    calls.call("cuMemFree", free, address);
  }

  @Override
  public MemorySegment allocateHost(long bytes) {
    calls.call("cuMemAllocHost", allocateHost, out, bytes);
    return out.get(ADDRESS, 0).reinterpret(bytes);
  }

  @Override
  public void freeHost(MemorySegment memory) {
    calls.call("cuMemFreeHost", freeHost, memory);
  }

  @Override
  public void zero(long address, long bytes) {
    calls.call("cuMemsetD8Async", memset, address, (byte) 0, bytes, stream);
  }

  @Override
  public void copyIn(long to, MemorySegment from, long bytes) {
    int status;
    try {
      status = (int) copyIn.invokeExact(to, from, bytes, stream);
    } catch (Throwable e) {
      throw DriverCalls.broken("cuMemcpyHtoDAsync", e);
    }
    calls.check("cuMemcpyHtoDAsync", status);
  }

  @Override
  public void copyOut(MemorySegment to, long from, long bytes) {
    int status;
    try {
      status = (int) copyOut.invokeExact(to, from, bytes, stream);
    } catch (Throwable e) {
      throw DriverCalls.broken("cuMemcpyDtoHAsync", e);
    }
    calls.check("cuMemcpyDtoHAsync", status);
  }

  @Override
  public void synchronize() {
    int status;
    try {
      status = (int) synchronize.invokeExact(stream);
    } catch (Throwable e) {
      throw DriverCalls.broken("cuStreamSynchronize", e);
    }
    calls.check("a kernel or copy", status); // errors of earlier launches show here
  }

  @Override
  public MemorySegment loadModule(MemorySegment image) {
    calls.call("cuModuleLoadData", loadModule, out, image);
    return out.get(ADDRESS, 0);
  }

  @Override
  public MemorySegment function(MemorySegment module, String name, int sharedBytes) {
    try (Arena call = Arena.ofConfined()) {
      calls.call("cuModuleGetFunction " + name, getFunction, out, module, call.allocateFrom(name));
    }
    MemorySegment function = out.get(ADDRESS, 0);
    if (sharedBytes > 0) {
      calls.call(
          "cuFuncSetAttribute " + name, setAttribute, function, MAX_DYNAMIC_SHARED, sharedBytes);
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
      throw DriverCalls.broken("cuLaunchKernel", e);
    }
    calls.check("cuLaunchKernel", status);
  }

  @Override
  public void beginCapture() {
    calls.call("cuStreamBeginCapture", beginCapture, stream, RELAXED);
  }

  @Override
  public MemorySegment endCapture() {
    calls.call("cuStreamEndCapture", endCapture, stream, out);
    MemorySegment graph = out.get(ADDRESS, 0);
    calls.call("cuGraphInstantiate", instantiate, out, graph, 0L);
    MemorySegment executable = out.get(ADDRESS, 0);
    calls.call("cuGraphDestroy", destroyGraph, graph);
    return executable;
  }

  @Override
  public void launchGraph(MemorySegment graph) {
    int status;
    try {
      status = (int) launchGraph.invokeExact(graph, stream);
    } catch (Throwable e) {
      throw DriverCalls.broken("cuGraphLaunch", e);
    }
    calls.check("cuGraphLaunch", status);
  }

  @Override
  public void freeGraph(MemorySegment graph) {
    calls.call("cuGraphExecDestroy", destroyExecutable, graph);
  }

  @Override
  public MemorySegment newEvent() {
    calls.call("cuEventCreate", createEvent, out, 0);
    return out.get(ADDRESS, 0);
  }

  @Override
  public void record(MemorySegment event) {
    calls.call("cuEventRecord", recordEvent, event, stream);
  }

  @Override
  public float elapsed(MemorySegment from, MemorySegment to) {
    calls.call("cuEventElapsedTime", elapsed, out, from, to);
    return out.get(JAVA_FLOAT, 0);
  }

  @Override
  public void close() {
    calls.call("cuStreamDestroy", calls.handle("cuStreamDestroy_v2", ADDRESS), stream);
    device.release();
    arena.close();
  }
}
