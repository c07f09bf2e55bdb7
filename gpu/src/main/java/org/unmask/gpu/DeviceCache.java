package org.unmask.gpu;

import org.unmask.model.KvCache;

/** Keys and values of every layer on a device; its memory is freed when nobody holds it. */
final class DeviceCache implements KvCache {

  private final Caches owner;
  private final CacheMemory memory;
  private final int slots;

  DeviceCache(Caches owner, CacheMemory memory, int slots) {
    this.owner = owner;
    this.memory = memory;
    this.slots = slots;
  }

  CacheMemory memory() {
    return memory;
  }

  @Override
  public int slots() {
    return slots;
  }

  @Override
  public void copy(int from, int to) {
    if (from < 0 || from >= slots || to < 0 || to >= slots) {
      throw new IllegalArgumentException(
          "slots " + from + " and " + to + " must lie in a cache of " + slots);
    }
    owner.copy(memory, from, to);
  }
}
