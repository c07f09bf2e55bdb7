package org.unmask.gpu.cuda;

import java.lang.foreign.MemorySegment;

/**
 * The calls of the CUDA driver that Unmask makes, on one device and one stream. All of them throw
 * {@link org.unmask.model.device.DeviceException} if the driver reports an error.
 *
 * <p>This is the seam at which tests put a driver that does nothing.
 */
interface Driver extends AutoCloseable {

  /** Facts about the device. */
  record Facts(
      String name,
      int major,
      int minor,
      int multiprocessors,
      int sharedMemoryPerBlock,
      int driverVersion) {}

  /** Returns what the device is. */
  Facts facts();

  /** Returns free memory in bytes. */
  long freeMemory();

  /** Makes the device that of the calling thread. */
  void makeCurrent();

  /** Returns the stream, as other libraries take it. */
  MemorySegment stream();

  /**
   * Reserves device memory.
   *
   * @return its address, or 0 if there is not enough
   */
  long allocate(long bytes);

  /** Frees device memory once the stream is done with it. */
  void free(long address);

  /** Reserves host memory that the device reads and writes at full speed. */
  MemorySegment allocateHost(long bytes);

  /** Frees host memory. */
  void freeHost(MemorySegment memory);

  /** Sets device memory to zero, in the stream. */
  void zero(long address, long bytes);

  /** Copies to the device, in the stream; the source must stay as it is until then. */
  void copyIn(long to, MemorySegment from, long bytes);

  /** Copies to the host, in the stream. */
  void copyOut(MemorySegment to, long from, long bytes);

  /** Waits for everything in the stream. */
  void synchronize();

  /** Loads compiled kernels. */
  MemorySegment loadModule(MemorySegment image);

  /**
   * Finds a kernel.
   *
   * @param sharedBytes dynamic shared memory it may be launched with
   */
  MemorySegment function(MemorySegment module, String name, int sharedBytes);

  /** Launches a kernel in the stream; {@code parameters} are addresses of its arguments. */
  void launch(
      MemorySegment function,
      int gridX,
      int gridY,
      int block,
      int sharedBytes,
      MemorySegment parameters);

  /** Begins to record the stream instead of running it. */
  void beginCapture();

  /** Ends recording and returns what was recorded, ready to be launched. */
  MemorySegment endCapture();

  /** Launches what was recorded. */
  void launchGraph(MemorySegment graph);

  /** Frees what was recorded. */
  void freeGraph(MemorySegment graph);

  /** Makes a mark that can be put into the stream. */
  MemorySegment newEvent();

  /** Puts a mark into the stream. */
  void record(MemorySegment event);

  /** Returns the milliseconds between two marks that the stream has passed. */
  float elapsed(MemorySegment from, MemorySegment to);

  /** Gives the device back. */
  @Override
  void close();
}
