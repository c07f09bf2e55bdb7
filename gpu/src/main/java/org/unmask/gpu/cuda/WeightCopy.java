package org.unmask.gpu.cuda;

import java.lang.foreign.MemorySegment;
import org.unmask.gpu.Buffer;
import org.unmask.weights.safetensors.Dtype;
import org.unmask.weights.safetensors.Tensor;

/** Brings weights to the device, converted there to the precision's type, or draws them there. */
final class WeightCopy {

  private static final int BLOCK = 256;
  private static final int MOST_BLOCKS = 1 << 14;

  private final DeviceMemory memory;
  private final Statistics.Launcher launcher;
  private final Arguments arguments;

  WeightCopy(DeviceMemory memory, Statistics.Launcher launcher, Arguments arguments) {
    this.memory = memory;
    this.launcher = launcher;
    this.arguments = arguments;
  }

  /** Converts and copies a stored tensor; done on return. */
  void upload(Memory to, long at, Tensor tensor) {
    if (tensor.dtype() != Dtype.F32 && to.kind() == Buffer.Kind.FLOAT) {
      float[] values = tensor.toFloats(); // norms and biases: short
      memory.upload(to, at * Float.BYTES, MemorySegment.ofArray(values));
      return;
    }
    int size = tensor.dtype() == Dtype.F32 ? 4 : 2;
    int type =
        switch (tensor.dtype()) {
          case F32 -> 0;
          case BF16 -> 1;
          case F16 -> 2;
          default ->
              throw new IllegalArgumentException(
                  "tensor '" + tensor.name() + "' has dtype " + tensor.dtype());
        };
    if (to.kind() == Buffer.Kind.FLOAT) {
      memory.upload(to, at * size, tensor.data());
      return;
    }
    int width = memory.size(to.kind());
    memory.inPieces(
        tensor.data(),
        (piece, from, bytes) -> {
          long n = bytes / size;
          long address = to.address() + (at + from / size) * width;
          launch("convert", n, arguments.begin().add(piece).add(type).add(n).add(address));
        });
  }

  /** Fills a part of a buffer with values uniform in [-bound, bound). */
  void draw(Memory to, long at, long elements, long seed, float bound) {
    long address = to.address() + at * memory.size(to.kind());
    Arguments given = arguments.begin().add(seed).add(bound).add(elements).add(address);
    launch("fill_random", elements, given);
  }

  private void launch(String kernel, long elements, Arguments given) {
    int blocks = (int) Math.min(MOST_BLOCKS, Math.ceilDiv(elements, BLOCK));
    launcher.launch(kernel, blocks, 1, BLOCK, 0, given);
  }
}
