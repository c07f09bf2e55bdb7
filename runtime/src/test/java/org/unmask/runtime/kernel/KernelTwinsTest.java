package org.unmask.runtime.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every vector width against the scalar twins, bit for bit. */
class KernelTwinsTest {

  private static final int[] SIZES = {
    0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 1003
  };
  private static final Kernels SCALAR = Kernels.scalar();

  private final SplittableRandom random = new SplittableRandom(20261122);

  @ParameterizedTest
  @ValueSource(ints = {64, 128, 256, 512})
  void rowKernels_everySize_sameBits(int bits) {
    RowKernel fast = Kernels.vector(bits).row();
    RowKernel twin = SCALAR.row();
    for (int n : SIZES) {
      float[] x = values(n + 5);
      float[] y = values(n + 5);
      float[] weight = values(n);
      if (n > 0) {
        assertSame(
            out -> fast.rmsNorm(x, 3, n, weight, 1e-6f, out, 2),
            out -> twin.rmsNorm(x, 3, n, weight, 1e-6f, out, 2),
            n + 4);
        float max = twin.max(x, 3, n);
        assertThat(fast.max(x, 3, n)).isEqualTo(max);
        assertThat(fast.indexOf(x, 3, n, max)).isEqualTo(twin.indexOf(x, 3, n, max));
      } else {
        assertThat(fast.max(x, 3, 0)).isEqualTo(Float.NEGATIVE_INFINITY);
      }
      float shift = twin.max(x, 3, n);
      float[] sums = new float[2];
      float[] twinSums = new float[2];
      fast.expSums(x, 3, n, shift, sums);
      twin.expSums(x, 3, n, shift, twinSums);
      assertThat(bits(sums)).isEqualTo(bits(twinSums));
      assertSame(
          out -> fast.scale(x, 1, n, 0.37f, out, 2),
          out -> twin.scale(x, 1, n, 0.37f, out, 2),
          n + 4);
      float[] block = values(3 * n + 6);
      assertSame(
          out -> fast.scaleRows(block, n + 2, 3, n, x, out, 1, n + 1),
          out -> twin.scaleRows(block, n + 2, 3, n, x, out, 1, n + 1),
          3 * n + 6);
      float[] c = x.clone();
      float[] d = x.clone();
      fast.swiGlu(c, 1, y, 2, n);
      twin.swiGlu(d, 1, y, 2, n);
      assertThat(bits(c)).isEqualTo(bits(d));
      float[] e = values(3 * (2 * n + 3));
      float[] f = e.clone();
      fast.rotate(e, 1, 3, 2 * n + 2, n, weight, y, 0);
      twin.rotate(f, 1, 3, 2 * n + 2, n, weight, y, 0);
      assertThat(bits(e)).isEqualTo(bits(f));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 128, 256, 512})
  void expAndActivation_specialValues_sameBits(int bits) {
    RowKernel fast = Kernels.vector(bits).row();
    float[] special = {
      0f,
      -0f,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      1e-38f,
      -87.3f,
      -87.34f,
      -88f,
      -104f,
      -1e30f,
      Float.NEGATIVE_INFINITY,
      88.7f,
      88.73f,
      1e30f,
      Float.POSITIVE_INFINITY,
      Float.NaN,
      5f,
      -5f
    };
    int n = special.length * 8;
    float[] x = new float[n];
    float[] up = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = special[i % special.length];
      up[i] = special[(i / special.length) % special.length];
    }
    float[] a = x.clone();
    float[] b = x.clone();
    fast.swiGlu(a, 0, up, 0, n);
    SCALAR.row().swiGlu(b, 0, up, 0, n);
    assertThat(canonical(a)).isEqualTo(canonical(b));
    float[] c = new float[n];
    for (int i = 0; i < n; i++) {
      c[i] = special[i % 11];
    }
    float[] d = c.clone();
    float[] sums = new float[1];
    float[] twinSums = new float[1];
    fast.expRows(c, 1, 0, new int[] {n}, 0, sums);
    SCALAR.row().expRows(d, 1, 0, new int[] {n}, 0, twinSums);
    assertThat(bits(sums)).isEqualTo(bits(twinSums));
    assertThat(bits(c)).isEqualTo(bits(d));
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 128, 256, 512})
  void expRows_raggedRowsOverBlocks_sameBits(int bits) {
    RowKernel fast = Kernels.vector(bits).row();
    int rows = 5;
    int stride = 6 * 256;
    for (int n : new int[] {1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 255, 256, 257, 600}) {
      int[] counts = {99, n, Math.max(1, n - 1), 1, n, Math.max(1, n / 2)};
      float[] x = values(3 * stride);
      float[] y = x.clone();
      float[] sums = new float[rows];
      float[] twinSums = new float[rows];
      fast.expRows(x, rows, stride, counts, 1, sums);
      SCALAR.row().expRows(y, rows, stride, counts, 1, twinSums);
      assertThat(bits(sums)).isEqualTo(bits(twinSums));
      assertThat(bits(x)).isEqualTo(bits(y));
    }
  }

  /** Every float near the lowest argument, where the exponent is set by an integer addition. */
  @ParameterizedTest
  @ValueSource(ints = {64, 128, 256, 512})
  void expRows_nearTheLowestArgument_sameBits(int bits) {
    int lowest = bits(-87.33654f);
    int n = 2048;
    for (int first = lowest - 128 * n; first < lowest + n; first += n - 1) {
      float[] x = new float[n / 256 * 256];
      for (int i = 1; i < n; i++) {
        x[i] = Float.intBitsToFloat(first + i); // more negative with i; x[0] = 0 is the largest
      }
      float[] y = x.clone();
      Kernels.vector(bits).row().expRows(x, 1, 256, new int[] {n}, 0, new float[1]);
      SCALAR.row().expRows(y, 1, 256, new int[] {n}, 0, new float[1]);
      assertThat(bits(x)).isEqualTo(bits(y));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 128, 256, 512})
  void matrixKernels_everyTile_sameBits(int bits) {
    MatrixKernel fast = Kernels.vector(bits).matrix();
    MatrixKernel twin = SCALAR.matrix();
    try (Arena arena = Arena.ofConfined()) {
      for (int depth : new int[] {0, 1, 2, 63, 256}) {
        float[] a = values(12 * 256 + 8);
        float[] b = values(depth * 32 + 8);
        MemorySegment f32 = arena.allocate(Math.max(1, depth) * 128L, 64);
        MemorySegment bf16 = arena.allocate(Math.max(1, depth) * 64L, 64);
        for (int i = 0; i < depth * 32; i++) {
          f32.setAtIndex(ValueLayout.JAVA_FLOAT, i, b[i]);
        }
        for (int i = 0; i < depth * 16; i++) {
          bf16.setAtIndex(ValueLayout.JAVA_INT, i, random.nextInt() & 0xbfffbfff);
        }
        for (int height : new int[] {1, 2, 4, 6, 8, 10}) {
          for (boolean add : new boolean[] {false, true}) {
            int n = height;
            assertSame(
                c -> fast.multiply(n, a, 1, b, 2, depth, c, 3, 70, add),
                c -> twin.multiply(n, a, 1, b, 2, depth, c, 3, 70, add),
                12 * 70);
            assertSame(
                c -> fast.multiplyF32(n, a, 1, f32, 0, depth, c, 3, 70, add),
                c -> twin.multiplyF32(n, a, 1, f32, 0, depth, c, 3, 70, add),
                12 * 70);
            assertSame(
                c -> fast.multiplyBf16(n, a, 1, bf16, 0, depth, c, 3, 70, add),
                c -> twin.multiplyBf16(n, a, 1, bf16, 0, depth, c, 3, 70, add),
                12 * 70);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 128, 256, 512})
  void widen_sameBits(int bits) {
    byte[] bytes = new byte[33 * 32 + 5];
    random.nextBytes(bytes);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment q = arena.allocate(bytes.length);
      MemorySegment.copy(bytes, 0, q, ValueLayout.JAVA_BYTE, 0, bytes.length);
      float[] scales = values(40);
      for (int rows : new int[] {0, 1, 33}) {
        assertSame(
            out -> Kernels.vector(bits).widen().widenBf16(q, 5, rows / 2, out),
            out -> SCALAR.widen().widenBf16(q, 5, rows / 2, out),
            33 * 32);
        assertSame(
            out -> Kernels.vector(bits).widen().widenInt8(q, 5, rows, scales, 3, out),
            out -> SCALAR.widen().widenInt8(q, 5, rows, scales, 3, out),
            33 * 32);
        assertSame(
            out -> Kernels.vector(bits).widen().widenInt4(q, 5, rows, scales, 3, out, 7),
            out -> SCALAR.widen().widenInt4(q, 5, rows, scales, 3, out, 7),
            33 * 32 + 7);
      }
    }
  }

  /**
   * Infinities, NaN, zeros of both signs and subnormals among ordinary values, in every operand.
   */
  @ParameterizedTest
  @ValueSource(ints = {64, 128, 256, 512})
  void allKernels_specialValues_sameBits(int bits) {
    Kernels fast = Kernels.vector(bits);
    for (int share : new int[] {2, 20, 200}) { // one special value in so many
      for (int n : SIZES) {
        float[] x = specials(3 * n + 8, share);
        float[] y = specials(3 * n + 8, share);
        if (n > 0) {
          assertSameValues((k, out) -> k.row().rmsNorm(x, 1, n, y, 1e-6f, out, 2), fast, n + 2);
        }
        assertSameValues((k, out) -> k.row().scale(x, 1, n, y[0], out, 2), fast, n + 2);
        assertSameValues((k, out) -> k.row().scaleRows(x, n, 3, n, y, out, 2, n), fast, 3 * n + 2);
        assertSameValues((k, out) -> k.row().swiGlu(out, 0, x, 1, n), fast, n);
        assertSameValues((k, out) -> k.row().rotate(out, 0, 1, 2 * n, n, x, y, 0), fast, 2 * n);
      }
      try (Arena arena = Arena.ofConfined()) {
        float[] a = specials(12 * 256, share);
        float[] b = specials(40 * 32, share);
        MemorySegment panel = arena.allocate(40 * 128L, 64);
        MemorySegment.copy(b, 0, panel, ValueLayout.JAVA_FLOAT, 0, b.length);
        for (int rows : new int[] {1, 2, 4, 6, 8, 10}) {
          assertSameValues(
              (k, c) -> k.matrix().multiply(rows, a, 0, b, 0, 40, c, 0, 32, true), fast, 12 * 32);
          assertSameValues(
              (k, c) -> k.matrix().multiplyF32(rows, a, 0, panel, 0, 40, c, 0, 32, true),
              fast,
              12 * 32);
          assertSameValues(
              (k, c) -> k.matrix().multiplyBf16(rows, a, 0, panel, 0, 40, c, 0, 32, true),
              fast,
              12 * 32);
        }
      }
    }
  }

  private interface Operation {
    void run(Kernels kernels, float[] out);
  }

  private void assertSameValues(Operation operation, Kernels fast, int size) {
    float[] expected = specials(size, 20);
    float[] actual = expected.clone();
    operation.run(fast, actual);
    operation.run(SCALAR, expected);
    assertThat(canonical(actual)).isEqualTo(canonical(expected));
  }

  private float[] specials(int n, int share) {
    float[] special = {
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      -0f,
      0f,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      1e-39f,
      -3e-42f,
      Float.MIN_NORMAL,
      Float.MAX_VALUE,
      -Float.MAX_VALUE
    };
    float[] x = values(n);
    for (int i = 0; i < n; i++) {
      if (random.nextInt(share) == 0) {
        x[i] = special[random.nextInt(special.length)];
      }
    }
    return x;
  }

  private interface Body {
    void run(float[] out);
  }

  private void assertSame(Body fast, Body twin, int size) {
    float[] expected = values(size);
    float[] actual = expected.clone();
    fast.run(actual);
    twin.run(expected);
    assertThat(bits(actual)).isEqualTo(bits(expected));
  }

  private float[] values(int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) (random.nextGaussian() * 3);
    }
    return x;
  }

  private static int bits(float x) {
    return Float.floatToRawIntBits(x);
  }

  private static int[] bits(float[] x) {
    return IntStream.range(0, x.length).map(i -> Float.floatToRawIntBits(x[i])).toArray();
  }

  /** NaN payloads are not specified; that a value is NaN is. */
  private static int[] canonical(float[] x) {
    return IntStream.range(0, x.length).map(i -> Float.floatToIntBits(x[i])).toArray();
  }
}
