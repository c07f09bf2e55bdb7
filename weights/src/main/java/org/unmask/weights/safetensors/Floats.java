package org.unmask.weights.safetensors;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/** Conversions of stored elements to {@code float}. */
final class Floats {
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble F64 =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final float[] E4M3 = table(4, 7, Special.FN);
  private static final float[] E5M2 = table(5, 15, Special.IEEE);
  private static final float[] E4M3_FNUZ = table(4, 8, Special.FNUZ);
  private static final float[] E5M2_FNUZ = table(5, 16, Special.FNUZ);
  private static final float[] E8M0 = powersOfTwo();

  /** Where an 8-bit float format keeps its NaNs and infinities. */
  private enum Special {
    IEEE,
    FN,
    FNUZ
  }

  private Floats() {}

  static void read(Tensor tensor, long first, float[] out, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, out.length);
    Objects.checkFromIndexSize(first, count, tensor.elements());
    MemorySegment data = tensor.data();
    switch (tensor.dtype()) {
      case F32 -> MemorySegment.copy(data, F32, first * 4, out, offset, count);
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          out[offset + i] = Float.intBitsToFloat(data.get(I16, (first + i) * 2) << 16);
        }
      }
      case F16 -> {
        for (int i = 0; i < count; i++) {
          out[offset + i] = Float.float16ToFloat(data.get(I16, (first + i) * 2));
        }
      }
      case F64 -> {
        for (int i = 0; i < count; i++) {
          out[offset + i] = (float) data.get(F64, (first + i) * 8);
        }
      }
      case F8_E4M3 -> lookUp(data, E4M3, first, out, offset, count);
      case F8_E5M2 -> lookUp(data, E5M2, first, out, offset, count);
      case F8_E8M0 -> lookUp(data, E8M0, first, out, offset, count);
      case F8_E4M3FNUZ -> lookUp(data, E4M3_FNUZ, first, out, offset, count);
      case F8_E5M2FNUZ -> lookUp(data, E5M2_FNUZ, first, out, offset, count);
      case BOOL, U8, I8, I16, U16, I32, U32, I64, U64 -> {
        for (int i = 0; i < count; i++) {
          out[offset + i] = integer(data, tensor.dtype(), first + i);
        }
      }
      case F4, F6_E2M3, F6_E3M2, C64 ->
          throw new IllegalArgumentException(
              "tensor %s: dtype %s has no float conversion; store it as F32, F16 or BF16"
                  .formatted(Names.quote(tensor.name()), tensor.dtype()));
    }
  }

  private static void lookUp(
      MemorySegment data, float[] table, long first, float[] out, int offset, int count) {
    for (int i = 0; i < count; i++) {
      out[offset + i] = table[data.get(ValueLayout.JAVA_BYTE, first + i) & 0xFF];
    }
  }

  private static float integer(MemorySegment data, Dtype dtype, long i) {
    return switch (dtype) {
      case BOOL, U8 -> data.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
      case I8 -> data.get(ValueLayout.JAVA_BYTE, i);
      case I16 -> data.get(I16, i * 2);
      case U16 -> data.get(I16, i * 2) & 0xFFFF;
      case I32 -> data.get(I32, i * 4);
      case U32 -> data.get(I32, i * 4) & 0xFFFF_FFFFL;
      case I64 -> data.get(I64, i * 8);
      case U64 -> unsigned(data.get(I64, i * 8));
      default -> throw new IllegalArgumentException(dtype + " is not an integer type");
    };
  }

  /** Nearest float of an unsigned long; the lowest bit stays sticky so that ties round right. */
  private static float unsigned(long x) {
    return x >= 0 ? (float) x : 2f * (float) (x >>> 1 | x & 1);
  }

  /** All 256 values of a float of 1 sign bit, {@code exponentBits} and the rest significand. */
  private static float[] table(int exponentBits, int bias, Special special) {
    int fractionBits = 7 - exponentBits;
    int exponentMask = (1 << exponentBits) - 1;
    float[] values = new float[256];
    for (int code = 0; code < 256; code++) {
      int exponent = code >> fractionBits & exponentMask;
      int fraction = code & (1 << fractionBits) - 1;
      float magnitude =
          exponent == 0
              ? Math.scalb((float) fraction, 1 - bias - fractionBits)
              : Math.scalb((float) (fraction | 1 << fractionBits), exponent - bias - fractionBits);
      boolean nan =
          switch (special) {
            case IEEE -> exponent == exponentMask && fraction != 0;
            case FN -> (code & 0x7F) == 0x7F;
            case FNUZ -> code == 0x80;
          };
      if (nan) {
        magnitude = Float.NaN;
      } else if (special == Special.IEEE && exponent == exponentMask) {
        magnitude = Float.POSITIVE_INFINITY;
      }
      values[code] = code < 128 ? magnitude : -magnitude;
    }
    return values;
  }

  private static float[] powersOfTwo() {
    float[] values = new float[256];
    for (int code = 0; code < 255; code++) {
      values[code] = Math.scalb(1f, code - 127);
    }
    values[255] = Float.NaN;
    return values;
  }
}
