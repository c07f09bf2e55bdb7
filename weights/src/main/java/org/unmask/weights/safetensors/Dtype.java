package org.unmask.weights.safetensors;

/**
 * The element types of the safetensors format.
 *
 * <p>The order is that of the format's own writer, which lays tensors out by descending type and
 * then by name, so that every tensor is aligned to its element size.
 */
public enum Dtype {
  /** One byte, 0 or 1. */
  BOOL(8),
  /** 4-bit float E2M1, two to a byte. */
  F4(4),
  /** 6-bit float, 2 exponent bits. */
  F6_E2M3(6),
  /** 6-bit float, 3 exponent bits. */
  F6_E3M2(6),
  /** Unsigned byte. */
  U8(8),
  /** Signed byte. */
  I8(8),
  /** 8-bit float with IEEE infinities and NaNs: the top byte of an {@link #F16}. */
  F8_E5M2(8),
  /** 8-bit float without infinities ("FN"): largest value 448, NaN is 0x7F and 0xFF. */
  F8_E4M3(8),
  /** 8-bit power of two, {@code 2^(x-127)}; 0xFF is NaN. */
  F8_E8M0(8),
  /** 8-bit float, bias 8, no negative zero, no infinities, NaN is 0x80. */
  F8_E4M3FNUZ(8),
  /** 8-bit float, bias 16, no negative zero, no infinities, NaN is 0x80. */
  F8_E5M2FNUZ(8),
  /** Signed 16-bit integer. */
  I16(16),
  /** Unsigned 16-bit integer. */
  U16(16),
  /** IEEE half precision. */
  F16(16),
  /** The upper half of an {@link #F32}. */
  BF16(16),
  /** Signed 32-bit integer. */
  I32(32),
  /** Unsigned 32-bit integer. */
  U32(32),
  /** IEEE single precision. */
  F32(32),
  /** Two {@link #F32}: real and imaginary part. */
  C64(64),
  /** IEEE double precision. */
  F64(64),
  /** Signed 64-bit integer. */
  I64(64),
  /** Unsigned 64-bit integer. */
  U64(64);

  private final int bits;

  Dtype(int bits) {
    this.bits = bits;
  }

  /**
   * Returns the size of one element.
   *
   * @return size in bits
   */
  public int bits() {
    return bits;
  }

  /**
   * Tells whether {@link Tensor#toFloats()} can read this type: every type whose elements are whole
   * bytes and real numbers.
   *
   * @return false for {@link #F4}, {@link #F6_E2M3}, {@link #F6_E3M2} and {@link #C64}
   */
  public boolean convertsToFloat() {
    return bits >= 8 && this != C64;
  }
}
