package org.unmask.runtime.nn;

/**
 * How packed weights are held. Products always run in float32 over weights widened to float32, so
 * the bits of a product depend on the weights' values only, not on their format.
 */
public enum WeightFormat {
  /** float32: fastest per product; for models that fit in memory easily. */
  F32(32, 0),
  /** bfloat16: exact for bfloat16 checkpoints, half the memory. */
  BF16(16, 0),
  /** float16: exact for float16 checkpoints. */
  F16(16, 0),
  /**
   * 8-bit integers with one float32 scale per output: w = q * scale, scale = max |w| / 127, q
   * rounded to nearest, ties to even.
   */
  INT8(8, Integer.MAX_VALUE),
  /**
   * 4-bit integers in [-7, 7] with one float32 scale per output and 32 inputs: w = q * scale, scale
   * = max |w| / 7.
   */
  INT4(4, 32);

  private final int bits;
  private final int group;

  WeightFormat(int bits, int group) {
    this.bits = bits;
    this.group = group;
  }

  /** Returns the bits per weight, scales not counted. */
  public int bits() {
    return bits;
  }

  /** Tells whether packing rounds weights to a grid with scales. */
  public boolean isQuantised() {
    return group > 0;
  }

  /** Returns how many inputs share a scale, for a matrix of so many inputs. */
  int group(int inputs) {
    return Math.min(group, inputs);
  }

  /** Returns the largest quantised magnitude. */
  int levels() {
    return (1 << (bits - 1)) - 1;
  }
}
