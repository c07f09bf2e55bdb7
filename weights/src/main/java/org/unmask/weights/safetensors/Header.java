package org.unmask.weights.safetensors;

import java.util.List;
import java.util.Map;

/**
 * A parsed header whose offsets have not been checked yet.
 *
 * @param entries one per tensor, in header order
 * @param metadata the {@code __metadata__} entries
 */
record Header(List<Entry> entries, Map<String, String> metadata) {

  /**
   * One tensor's entry.
   *
   * @param name tensor name
   * @param dtype element type
   * @param shape sizes, outermost first
   * @param begin first byte, relative to the data
   * @param end byte after the last
   * @param position where the entry stands in the file
   */
  record Entry(String name, Dtype dtype, long[] shape, long begin, long end, long position) {}
}
