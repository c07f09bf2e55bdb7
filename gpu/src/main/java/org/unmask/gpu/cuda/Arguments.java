package org.unmask.gpu.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.unmask.gpu.Buffer;

/**
 * A kernel's arguments: eight bytes each, and the list of their addresses that the driver wants.
 */
final class Arguments {

  private static final int MOST = 16;

  private final MemorySegment values;
  private final MemorySegment addresses;
  private int count;

  Arguments(Arena arena) {
    values = arena.allocate(8L * MOST, 8);
    addresses = arena.allocate(8L * MOST, 8);
    for (int i = 0; i < MOST; i++) {
      addresses.setAtIndex(ADDRESS, i, values.asSlice(8L * i, 8));
    }
  }

  Arguments begin() {
    count = 0;
    return this;
  }

  Arguments add(long value) {
    values.set(JAVA_LONG, 8L * count++, value);
    return this;
  }

  Arguments add(int value) {
    values.set(JAVA_INT, 8L * count++, value);
    return this;
  }

  Arguments add(float value) {
    values.set(JAVA_FLOAT, 8L * count++, value);
    return this;
  }

  /** Adds the address of memory, or 0. */
  Arguments add(@Nullable Buffer buffer) {
    return add(buffer == null ? 0L : ((Memory) buffer).address());
  }

  MemorySegment addresses() {
    return addresses;
  }
}
