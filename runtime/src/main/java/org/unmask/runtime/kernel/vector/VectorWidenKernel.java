package org.unmask.runtime.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.unmask.runtime.kernel.ScalarWidenKernel;
import org.unmask.runtime.kernel.WidenKernel;

/** Widening of packed weights with the Vector API. */
final class VectorWidenKernel implements WidenKernel {

  private static final VectorShape SHAPE = VectorShape.ofHiddenClass(MethodHandles.lookup());
  private static final VectorSpecies<Float> S = SHAPE.floats();
  private static final int L = S.length();
  private static final VectorSpecies<Byte> BYTES =
      L >= 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, S.vectorShape());
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final WidenKernel SCALAR = new ScalarWidenKernel();

  VectorWidenKernel() {}

  @Override
  public void widenBf16(MemorySegment q, int qo, int rows, float[] out) {
    for (int j = 0; j < 16; j += L) {
      for (int k = 0; k < rows; k++) {
        long at = qo + k * 64L + 4 * j;
        IntVector w = FloatVector.fromMemorySegment(S, q, at, ORDER).reinterpretAsInts();
        int to = k * 32 + j;
        w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(out, to);
        w.and(0xffff0000).reinterpretAsFloats().intoArray(out, to + 16);
      }
    }
  }

  @Override
  public void widenInt8(MemorySegment q, int qo, int rows, float[] scales, int so, float[] out) {
    if (L < 8) { // there is no vector of fewer than 8 bytes
      SCALAR.widenInt8(q, qo, rows, scales, so, out);
      return;
    }
    for (int j = 0; j < 32; j += 2 * L) {
      FloatVector scale0 = FloatVector.fromArray(S, scales, so + j);
      FloatVector scale1 = FloatVector.fromArray(S, scales, so + j + L);
      for (int k = 0; k < rows; k++) {
        int at = k * 32 + j;
        widened(q, qo + at).mul(scale0).intoArray(out, at);
        widened(q, qo + at + L).mul(scale1).intoArray(out, at + L);
      }
    }
  }

  @Override
  public void widenInt4(
      MemorySegment q, int qo, int rows, float[] scales, int so, float[] out, int to) {
    if (L < 8) { // there is no vector of fewer than 8 bytes
      SCALAR.widenInt4(q, qo, rows, scales, so, out, to);
      return;
    }
    for (int j = 0; j < 16; j += L) {
      FloatVector low = FloatVector.fromArray(S, scales, so + j);
      FloatVector high = FloatVector.fromArray(S, scales, so + j + 16);
      for (int k = 0; k < rows; k++) {
        int at = qo + k * 16 + j;
        ByteVector bytes = ByteVector.fromMemorySegment(BYTES, q, at, ORDER);
        IntVector both = (IntVector) bytes.convertShape(VectorOperators.B2I, INTS, 0);
        IntVector first = both.lanewise(VectorOperators.LSHL, 28);
        floats(first.lanewise(VectorOperators.ASHR, 28)).mul(low).intoArray(out, to + k * 32 + j);
        floats(both.lanewise(VectorOperators.ASHR, 4))
            .mul(high)
            .intoArray(out, to + k * 32 + j + 16);
      }
    }
  }

  private static FloatVector floats(IntVector x) {
    return (FloatVector) x.convert(VectorOperators.I2F, 0);
  }

  private static FloatVector widened(MemorySegment q, int at) {
    ByteVector bytes = ByteVector.fromMemorySegment(BYTES, q, at, ORDER);
    return (FloatVector) bytes.convertShape(VectorOperators.B2F, S, 0);
  }
}
