package org.unmask.tornado;

import java.util.Map;
import java.util.TreeMap;
import org.unmask.model.device.DeviceException;
import org.unmask.model.transformer.TransformerConfig;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * One array for the keys and values of all caches, since kernels take arrays, not addresses. Its
 * size is fixed when the model is loaded.
 */
final class SlotPool {

  private static final String SETTING = "unmask.tornado.slots";
  private static final int SLOTS = 8192;

  private final int slotSize;
  private final FloatArray array;
  private final TreeMap<Integer, Integer> free = new TreeMap<>(); // length by first element

  /** Makes room for so many slots of a model of so many layers. */
  SlotPool(TransformerConfig c, int slots) {
    slotSize = 2 * c.numKvHeads() * c.headDim() * c.numLayers();
    array = new FloatArray(slots * slotSize);
    free.put(0, array.getSize());
  }

  /** Returns the slots to reserve: those of a system property, or what an array can hold. */
  static int slots(TransformerConfig c) {
    long each = 2L * c.numKvHeads() * c.headDim() * c.numLayers();
    int most = (int) ((Integer.MAX_VALUE - 64) / each);
    String given = System.getProperty(SETTING);
    try {
      int slots = given == null ? Math.min(SLOTS, most) : Integer.parseInt(given);
      if (slots >= 1 && slots <= most) {
        return slots;
      }
    } catch (NumberFormatException e) {
      // falls through to the message
    }
    throw new IllegalArgumentException(
        "%s must be from 1 to %d for this model, was '%s'".formatted(SETTING, most, given));
  }

  FloatArray array() {
    return array;
  }

  /** Takes elements. */
  int take(int size) {
    for (Map.Entry<Integer, Integer> hole : free.entrySet()) {
      int left = hole.getValue() - size;
      if (left >= 0) {
        free.remove(hole.getKey());
        if (left > 0) {
          free.put(hole.getKey() + size, left);
        }
        return hole.getKey();
      }
    }
    int largest = free.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    throw new DeviceException(
        "keys and values need %d slots, and %d of %d are free in one piece; raise -D%s"
            .formatted(
                Math.ceilDiv(size, slotSize),
                largest / slotSize,
                array.getSize() / slotSize,
                SETTING));
  }

  /** Gives elements back. */
  void give(int from, int size) {
    int first = from;
    int length = size;
    Map.Entry<Integer, Integer> before = free.lowerEntry(from);
    if (before != null && before.getKey() + before.getValue() == from) {
      first = before.getKey();
      length += before.getValue();
      free.remove(first);
    }
    Integer after = free.remove(from + size);
    free.put(first, after == null ? length : length + after);
  }
}
