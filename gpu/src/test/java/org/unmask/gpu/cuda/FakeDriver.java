package org.unmask.gpu.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmask.model.device.DeviceException;

/** A driver that computes nothing, remembers what it was asked, and has so much memory. */
final class FakeDriver implements Driver {

  private final Arena arena = Arena.ofAuto();
  private final Map<Long, Long> allocated = new HashMap<>();
  private final Map<MemorySegment, String> names = new HashMap<>();
  private final long capacity;
  private long next = 1 << 20;

  final List<String> calls = new ArrayList<>();
  int graphsHeld;
  int hostHeld;
  boolean isClosed;

  FakeDriver(long capacity) {
    this.capacity = capacity;
  }

  long used() {
    return allocated.values().stream().mapToLong(Long::longValue).sum();
  }

  List<String> launches() {
    return calls.stream().filter(call -> call.startsWith("launch ")).toList();
  }

  @Override
  public Facts facts() {
    return new Facts("a GPU that does nothing", 9, 0, 132, 232448, 13000);
  }

  @Override
  public long freeMemory() {
    return capacity - used();
  }

  @Override
  public void makeCurrent() {}

  @Override
  public MemorySegment stream() {
    return MemorySegment.NULL;
  }

  @Override
  public long allocate(long bytes) {
    if (bytes > freeMemory()) {
      return 0;
    }
    long address = next;
    next += (bytes + 511) / 256 * 256;
    allocated.put(address, bytes);
    return address;
  }

  @Override
  public void free(long address) {
    if (allocated.remove(address) == null) {
      throw new DeviceException("freed what was not allocated: " + address);
    }
  }

  @Override
  public MemorySegment allocateHost(long bytes) {
    hostHeld++;
    return arena.allocate(bytes, 16);
  }

  @Override
  public void freeHost(MemorySegment memory) {
    hostHeld--;
  }

  private void inside(long address, long bytes) {
    for (Map.Entry<Long, Long> each : allocated.entrySet()) {
      if (address >= each.getKey() && address + bytes <= each.getKey() + each.getValue()) {
        return;
      }
    }
    throw new DeviceException(bytes + " bytes at " + address + " are not allocated");
  }

  @Override
  public void zero(long address, long bytes) {
    inside(address, bytes);
  }

  @Override
  public void copyIn(long to, MemorySegment from, long bytes) {
    inside(to, bytes);
    calls.add("copy in");
  }

  @Override
  public void copyOut(MemorySegment to, long from, long bytes) {
    inside(from, bytes);
    calls.add("copy out");
  }

  @Override
  public void synchronize() {}

  @Override
  public MemorySegment loadModule(MemorySegment image) {
    return MemorySegment.ofAddress(1);
  }

  @Override
  public MemorySegment function(MemorySegment module, String name, int sharedBytes) {
    MemorySegment function = MemorySegment.ofAddress(100 + names.size());
    names.put(function, name);
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
    if (gridX < 1 || gridY < 1 || gridY > 65535 || block < 1 || block > 1024) {
      throw new DeviceException("bad launch of " + names.get(function));
    }
    if (sharedBytes > facts().sharedMemoryPerBlock() - 1024) {
      throw new DeviceException("too much shared memory for " + names.get(function));
    }
    calls.add("launch " + names.get(function));
  }

  @Override
  public void beginCapture() {
    calls.add("begin");
  }

  @Override
  public MemorySegment endCapture() {
    calls.add("end");
    graphsHeld++;
    return MemorySegment.ofAddress(7);
  }

  @Override
  public void launchGraph(MemorySegment graph) {
    calls.add("replay");
  }

  @Override
  public void freeGraph(MemorySegment graph) {
    graphsHeld--;
  }

  @Override
  public MemorySegment newEvent() {
    return MemorySegment.ofAddress(9);
  }

  @Override
  public void record(MemorySegment event) {}

  @Override
  public float elapsed(MemorySegment from, MemorySegment to) {
    return 1f;
  }

  @Override
  public void close() {
    isClosed = true;
  }
}
