package org.unmask.gpu.cuda;

import org.jspecify.annotations.Nullable;
import org.unmask.gpu.Buffer;
import org.unmask.model.device.Precision;

/** Products of weights and activations: cuBLAS, or in exact mode the kernels of products.cu. */
final class CudaProducts {

  private static final int BLOCK = 128;
  private static final int COLUMNS = 64;
  private static final int FEW_ROWS = 32;

  private final Precision precision;
  private final Blas blas;
  private final Statistics.Launcher launcher;
  private final Arguments arguments;

  CudaProducts(Precision precision, Blas blas, Statistics.Launcher launcher, Arguments arguments) {
    this.precision = precision;
    this.blas = blas;
    this.launcher = launcher;
    this.arguments = arguments;
  }

  /**
   * Queues out = W in, or out += W in.
   *
   * @param bias what exact sums begin with, or null; other precisions add it elsewhere
   */
  void queue(
      Buffer weight,
      Buffer in,
      Buffer out,
      @Nullable Buffer bias,
      int rows,
      int outputs,
      int inputs,
      boolean accumulate) {
    if (precision == Precision.EXACT) {
      int tile = rows <= FEW_ROWS ? FEW_ROWS : 2 * FEW_ROWS;
      Arguments given =
          arguments
              .begin()
              .add(in)
              .add(weight)
              .add(bias)
              .add(out)
              .add(rows)
              .add(outputs)
              .add(inputs)
              .add(accumulate ? 1 : 0);
      int across = Math.ceilDiv(outputs, COLUMNS);
      launcher.launch("product_" + tile, across, Math.ceilDiv(rows, tile), BLOCK, 0, given);
      return;
    }
    Memory to = (Memory) out;
    blas.product(
        ((Memory) in).address(),
        ((Memory) weight).address(),
        to.address(),
        rows,
        outputs,
        inputs,
        type(Buffer.Kind.STORE),
        type(to.kind()),
        accumulate);
  }

  private Blas.Type type(Buffer.Kind kind) {
    return kind == Buffer.Kind.FLOAT
        ? Blas.Type.FLOAT
        : switch (precision) {
          case BF16 -> Blas.Type.BF16;
          case F16 -> Blas.Type.F16;
          case F32, EXACT -> Blas.Type.FLOAT;
        };
  }
}
