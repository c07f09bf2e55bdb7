package org.unmask.gpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The memory of a step's tables: where each begins, and how entries are written. */
final class StepTables {

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;

  private final Ops ops;
  private final long[] offsets = new long[Table.values().length + 1];
  private MemorySegment host = MemorySegment.NULL;

  StepTables(Ops ops) {
    this.ops = ops;
  }

  /** Lays the tables of a shape out, end to end. */
  void place(Step.Shape shape) {
    long at = 0;
    for (Table table : Table.values()) {
      offsets[table.ordinal()] = at;
      long count =
          switch (table) {
            case CACHES -> shape.queries();
            case TILES -> shape.tiles();
            case SUPPRESSED -> shape.suppressed();
            case TEMPERATURES, NOISE_KEYS, SOURCES -> shape.predicted();
            case IDS, POSITIONS, OWNERS, SLOTS, VISIBLE, MASKS, MEANS -> shape.rows();
          };
      at += count * table.bytes;
    }
    offsets[offsets.length - 1] = at;
    host = ops.tables(at);
  }

  /** Returns where a table begins, in bytes. */
  long offset(Table table) {
    return offsets[table.ordinal()];
  }

  /** Returns all tables. */
  MemorySegment host() {
    return host.asSlice(0, offsets[offsets.length - 1]);
  }

  void setInt(Table table, int index, int value) {
    host.set(INT, offset(table) + 4L * index, value);
  }

  void setLong(Table table, int index, long value) {
    host.set(LONG, offset(table) + 8L * index, value);
  }

  void setDouble(Table table, int index, double value) {
    host.set(DOUBLE, offset(table) + 8L * index, value);
  }
}
