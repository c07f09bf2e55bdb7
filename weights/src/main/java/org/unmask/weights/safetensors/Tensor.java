package org.unmask.weights.safetensors;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A named array: a type, a shape and little-endian row-major bytes.
 *
 * <p>The bytes of a tensor read from a file lie in the file's mapping, at any alignment, and live
 * as long as the arena that it was opened with. Immutable as long as nobody writes to {@link
 * #data()}.
 */
public final class Tensor {
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String name;
  private final Dtype dtype;
  private final long[] shape;
  private final MemorySegment data;

  /**
   * Wraps bytes as a tensor.
   *
   * @param name any text
   * @param dtype element type
   * @param shape sizes, outermost first; empty for a scalar
   * @param data exactly as many bytes as type and shape ask for
   * @throws IllegalArgumentException if they do not fit together
   */
  public Tensor(String name, Dtype dtype, long[] shape, MemorySegment data) {
    this.name = name;
    this.dtype = dtype;
    this.shape = shape.clone();
    this.data = data;
    long bytes = byteSize(dtype, shape);
    if (bytes != data.byteSize()) {
      throw new IllegalArgumentException(
          "tensor %s: %s %s takes %d bytes, was given %d"
              .formatted(Names.quote(name), dtype, Arrays.toString(shape), bytes, data.byteSize()));
    }
  }

  /**
   * Copies floats into a new {@link Dtype#F32} tensor off the heap.
   *
   * @param name any text
   * @param values row-major values
   * @param shape sizes whose product is {@code values.length}
   * @return the tensor
   */
  public static Tensor of(String name, float[] values, long... shape) {
    MemorySegment data = Arena.ofAuto().allocate((long) values.length * Float.BYTES, Long.BYTES);
    for (int i = 0; i < values.length; i++) {
      data.set(F32, (long) i * Float.BYTES, values[i]);
    }
    return new Tensor(name, Dtype.F32, shape, data);
  }

  /**
   * Copies integers into a new {@link Dtype#I64} tensor off the heap.
   *
   * @param name any text
   * @param values row-major values
   * @param shape sizes whose product is {@code values.length}
   * @return the tensor
   */
  public static Tensor of(String name, long[] values, long... shape) {
    MemorySegment data = Arena.ofAuto().allocate((long) values.length * Long.BYTES, Long.BYTES);
    for (int i = 0; i < values.length; i++) {
      data.set(I64, (long) i * Long.BYTES, values[i]);
    }
    return new Tensor(name, Dtype.I64, shape, data);
  }

  /** Bytes of a tensor, or -1 if it has no such size: overflow, or it ends inside a byte. */
  static long byteSize(Dtype dtype, long[] shape) {
    long count = 1;
    for (long size : shape) {
      if (size < 0 || Math.unsignedMultiplyHigh(count, size) != 0) {
        return -1;
      }
      count *= size;
    }
    if (Math.unsignedMultiplyHigh(count, dtype.bits()) != 0) {
      return -1;
    }
    long bits = count * dtype.bits();
    return bits % 8 == 0 ? bits >>> 3 : -1;
  }

  /**
   * Returns the name.
   *
   * @return the name as the file has it
   */
  public String name() {
    return name;
  }

  /**
   * Returns the element type.
   *
   * @return the type
   */
  public Dtype dtype() {
    return dtype;
  }

  /**
   * Returns the shape.
   *
   * @return a copy, outermost size first; empty for a scalar
   */
  public long[] shape() {
    return shape.clone();
  }

  /**
   * Returns the bytes.
   *
   * @return the little-endian, row-major bytes, possibly unaligned; read-only for a tensor of a
   *     file
   */
  public MemorySegment data() {
    return data;
  }

  /**
   * Returns the number of elements.
   *
   * @return product of the shape, 1 for a scalar
   */
  public long elements() {
    long count = 1;
    for (long size : shape) {
      count *= size;
    }
    return count;
  }

  /**
   * Tells whether the tensor has this shape.
   *
   * @param expected sizes, outermost first
   * @return whether all sizes agree
   */
  public boolean hasShape(long... expected) {
    return Arrays.equals(shape, expected);
  }

  /**
   * Converts the whole tensor to floats.
   *
   * <p>Exact for every type with at most 24 significand bits; {@link Dtype#F64} and wide integers
   * are rounded to nearest even. Linear in the number of elements.
   *
   * @return row-major values, (elements)
   * @throws IllegalArgumentException if the type has no float values ({@link
   *     Dtype#convertsToFloat()}) or the tensor has more than 2^31-1 elements
   */
  public float[] toFloats() {
    float[] out = new float[floatCount(elements())];
    Floats.read(this, 0, out, 0, out.length);
    return out;
  }

  /**
   * Converts a range of elements to floats, as {@link #toFloats()} does.
   *
   * @param first index of the first element, row-major
   * @param out receives the values
   * @param outOffset index in {@code out} of the first value
   * @param count how many
   * @throws IllegalArgumentException if the type has no float values
   * @throws IndexOutOfBoundsException if either range is out of bounds
   */
  public void toFloats(long first, float[] out, int outOffset, int count) {
    Floats.read(this, first, out, outOffset, count);
  }

  /**
   * Converts some rows of a matrix to floats, as {@link #toFloats()} does. A row is everything but
   * the outermost dimension.
   *
   * @param firstRow first row
   * @param rows how many
   * @return row-major values, (rows, elements / outermost size)
   * @throws IllegalArgumentException if the tensor is a scalar or the type has no float values
   * @throws IndexOutOfBoundsException if the rows are out of bounds
   */
  public float[] rowsToFloats(long firstRow, long rows) {
    if (shape.length == 0) {
      throw new IllegalArgumentException("tensor " + Names.quote(name) + " is a scalar: no rows");
    }
    if (firstRow < 0 || rows < 0 || firstRow > shape[0] - rows) {
      throw new IndexOutOfBoundsException(
          "tensor %s has %d rows, asked for %d from row %d"
              .formatted(Names.quote(name), shape[0], rows, firstRow));
    }
    long rowLength = shape[0] == 0 ? 0 : elements() / shape[0];
    float[] out = new float[floatCount(rows * rowLength)];
    Floats.read(this, firstRow * rowLength, out, 0, out.length);
    return out;
  }

  private int floatCount(long count) {
    if (count > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "tensor %s: %d elements do not fit one float[]; convert it by rows"
              .formatted(Names.quote(name), count));
    }
    return (int) count;
  }

  @Override
  public String toString() {
    return Names.quote(name) + " " + dtype + " " + Arrays.toString(shape);
  }
}
