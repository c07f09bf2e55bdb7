package org.unmask.runtime.kernel;

import org.unmask.runtime.kernel.vector.VectorKernels;

/**
 * A complete set of kernels. Every set gives the same bits; they differ in speed.
 *
 * @param name for people, such as "512-bit vectors" or "scalar"
 * @param matrix products
 * @param row norms, activations, softmax
 * @param widen weights to float32
 */
public record Kernels(String name, MatrixKernel matrix, RowKernel row, WidenKernel widen) {

  /** Returns plain Java loops: slow, readable, the reference for all others. */
  public static Kernels scalar() {
    return new Kernels(
        "scalar", new ScalarMatrixKernel(), new ScalarRowKernel(), new ScalarWidenKernel());
  }

  /**
   * Returns vector kernels of a forced width.
   *
   * @param bits 64, 128, 256 or 512
   */
  public static Kernels vector(int bits) {
    return VectorKernels.of(bits);
  }

  /** Returns the fastest kernels for this machine. */
  public static Kernels fastest() {
    return VectorKernels.of(VectorKernels.preferredBits());
  }

  /**
   * Returns kernels by name.
   *
   * @param width "auto", "scalar", or a width in bits: "64", "128", "256", "512"
   * @throws IllegalArgumentException for any other text
   */
  public static Kernels named(String width) {
    return switch (width) {
      case "auto" -> fastest();
      case "scalar" -> scalar();
      case "64", "128", "256", "512" -> vector(Integer.parseInt(width));
      default ->
          throw new IllegalArgumentException(
              "vector width must be auto, scalar, 64, 128, 256 or 512, was '" + width + "'");
    };
  }
}
