package org.unmask.gpu.cuda;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.unmask.gpu.Buffer;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.runtime.nn.RotaryTable;

/** Cosines and sines on the device, made on the host, where their bits are specified. */
final class Rotary {

  private static final int LEAST = 2048;

  private final RotaryTable table;
  private final DeviceMemory memory;
  private final int half;
  private int positions;
  private @Nullable Memory cosines;
  private @Nullable Memory sines;

  Rotary(TransformerConfig config, DeviceMemory memory) {
    table = new RotaryTable(config.rotaryFrequencies());
    half = config.rotaryFrequencies().length;
    this.memory = memory;
  }

  /** Makes sure that the positions [0, count) are there. */
  void ensure(int count) {
    if (count <= positions) {
      return;
    }
    table.ensure(Math.max(count, LEAST));
    positions = table.cos().length / half;
    cosines = replace(cosines, table.cos());
    sines = replace(sines, table.sin());
  }

  private Memory replace(@Nullable Memory old, float[] values) {
    if (old != null) {
      memory.free(old);
    }
    Memory made = memory.allocate(Buffer.Kind.FLOAT, values.length, "rotary angles", true);
    memory.upload(made, 0, MemorySegment.ofArray(values));
    return made;
  }

  @Nullable Memory cosines() {
    return cosines;
  }

  @Nullable Memory sines() {
    return sines;
  }
}
