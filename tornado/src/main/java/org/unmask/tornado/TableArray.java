package org.unmask.tornado;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import org.unmask.gpu.Step;
import org.unmask.gpu.Table;
import org.unmask.tornado.kernel.Tables;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** A step's tables as the integers that kernels read. */
final class TableArray {

  /** In the order of the constants of {@link Tables}. */
  private static final Table[] ORDER = {
    Table.IDS,
    Table.POSITIONS,
    Table.OWNERS,
    Table.SLOTS,
    Table.VISIBLE,
    Table.MASKS,
    Table.MEANS,
    Table.SOURCES,
    Table.CACHES,
    Table.TILES,
    Table.SUPPRESSED
  };

  private TableArray() {}

  /** Makes an array for steps of a shape. */
  static IntArray of(Step step) {
    return new IntArray(Tables.HEADER + (int) (step.host().byteSize() / Integer.BYTES));
  }

  /** Copies the tables of a step of the same shape. */
  static void fill(IntArray array, Step step) {
    for (int i = 0; i < ORDER.length; i++) {
      array.set(i, Tables.HEADER + (int) (step.offset(ORDER[i]) / Integer.BYTES));
    }
    MemorySegment host = step.host();
    long header = (long) Tables.HEADER * Integer.BYTES;
    MemorySegment.copy(host, 0, array.getSegment(), header, host.byteSize());
  }

  /** Copies the masks of a step. */
  static void fillMasks(IntArray array, Step step) {
    MemorySegment.copy(step.maskWords(), 0, array.getSegment(), JAVA_INT, 0, step.maskCount());
  }
}
