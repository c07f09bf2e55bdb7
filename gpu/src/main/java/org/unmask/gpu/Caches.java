package org.unmask.gpu;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.HashSet;
import java.util.Set;
import org.unmask.model.device.DeviceException;

/**
 * Makes caches and frees those that nobody holds any longer.
 *
 * <p>Memory is freed on the thread that asks for the next cache, since devices belong to a thread;
 * if there is not enough, the garbage collector is asked once to find what can go.
 */
final class Caches {

  private static final long WAIT_MILLIS = 200;

  private final class Handle extends PhantomReference<DeviceCache> {

    private final CacheMemory memory;

    Handle(DeviceCache cache, CacheMemory memory) {
      super(cache, unreachable);
      this.memory = memory;
    }
  }

  private final Ops ops;
  private final int layers;
  private final ReferenceQueue<DeviceCache> unreachable = new ReferenceQueue<>();
  private final Set<Handle> held = new HashSet<>();

  Caches(Ops ops, int layers) {
    this.ops = ops;
    this.layers = layers;
  }

  DeviceCache make(int slots) {
    if (slots < 1) {
      throw new IllegalArgumentException("a cache needs at least 1 slot, was " + slots);
    }
    for (Reference<?> dead = unreachable.poll(); dead != null; dead = unreachable.poll()) {
      free(dead);
    }
    CacheMemory memory;
    try {
      memory = ops.newCache(slots, layers);
    } catch (DeviceException e) {
      if (!collect()) {
        throw e;
      }
      memory = ops.newCache(slots, layers);
    }
    DeviceCache cache = new DeviceCache(this, memory, slots);
    held.add(new Handle(cache, memory));
    return cache;
  }

  void copy(CacheMemory memory, int from, int to) {
    synchronized (ops) {
      ops.copySlot(memory, layers, from, to);
    }
  }

  /** Frees what the garbage collector finds; tells whether it found any. */
  private boolean collect() {
    System.gc();
    boolean isAny = false;
    try {
      for (Reference<?> dead = unreachable.remove(WAIT_MILLIS);
          dead != null;
          dead = unreachable.remove(1)) {
        free(dead);
        isAny = true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return isAny;
  }

  private void free(Reference<?> dead) {
    Handle handle = (Handle) dead;
    if (held.remove(handle)) {
      ops.free(handle.memory.buffer());
    }
  }
}
