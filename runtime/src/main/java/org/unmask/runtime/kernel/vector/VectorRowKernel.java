package org.unmask.runtime.kernel.vector;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.unmask.runtime.kernel.RowKernel;
import org.unmask.runtime.kernel.ScalarMath;

/**
 * Row operations with the Vector API. A vector narrower than the virtual lanes of a sum walks its
 * sub-blocks one after the other, so every width gives the bits of {@link
 * org.unmask.runtime.kernel.ScalarRowKernel}.
 *
 * <p>No {@code reduceLanes(ADD)}: its order differs between the interpreter and C2. One copy of the
 * exp chain per loop body: four interleaved copies ran three times slower. What a loop carries is
 * an argument of operations, not their receiver: C2 knows the class of a vector that was made in
 * the same round, that of a carried one only from profiles, which code compiled early does not
 * have.
 */
final class VectorRowKernel implements RowKernel {

  private static final VectorShape SHAPE = VectorShape.ofHiddenClass(MethodHandles.lookup());
  private static final VectorSpecies<Float> S = SHAPE.floats();
  private static final int L = S.length();

  private final ThreadLocal<float[]> lanes = ThreadLocal.withInitial(() -> new float[64]);

  VectorRowKernel() {}

  @Override
  public void rmsNorm(float[] x, int xo, int n, float[] weight, float eps, float[] out, int oo) {
    float sum = sumOfSquares(x, xo, n, lanes.get());
    float r = (float) (1.0 / Math.sqrt(sum / (double) n + eps));
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector.fromArray(S, x, xo + i)
          .mul(r)
          .mul(FloatVector.fromArray(S, weight, i))
          .intoArray(out, oo + i);
    }
    for (; i < n; i++) {
      out[oo + i] = x[xo + i] * r * weight[i];
    }
  }

  private static float sumOfSquares(float[] x, int xo, int n, float[] lanes) {
    int whole = n & ~63;
    for (int sub = 0; sub < 64; sub += 4 * L) {
      FloatVector s0 = FloatVector.zero(S);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      for (int i = 0; i < whole; i += 64) {
        int p = xo + i + sub;
        FloatVector a = FloatVector.fromArray(S, x, p);
        FloatVector b = FloatVector.fromArray(S, x, p + L);
        FloatVector c = FloatVector.fromArray(S, x, p + 2 * L);
        FloatVector d = FloatVector.fromArray(S, x, p + 3 * L);
        s0 = a.fma(a, s0);
        s1 = b.fma(b, s1);
        s2 = c.fma(c, s2);
        s3 = d.fma(d, s3);
      }
      s0.intoArray(lanes, sub);
      s1.intoArray(lanes, sub + L);
      s2.intoArray(lanes, sub + 2 * L);
      s3.intoArray(lanes, sub + 3 * L);
    }
    for (int i = whole; i < n; i++) {
      lanes[i - whole] = Math.fma(x[xo + i], x[xo + i], lanes[i - whole]);
    }
    return ScalarMath.tree64(lanes);
  }

  @Override
  public float max(float[] x, int xo, int n) {
    float max = Float.NEGATIVE_INFINITY;
    int i = 0;
    if (n >= 4 * L) {
      FloatVector m0 = FloatVector.fromArray(S, x, xo);
      FloatVector m1 = FloatVector.fromArray(S, x, xo + L);
      FloatVector m2 = FloatVector.fromArray(S, x, xo + 2 * L);
      FloatVector m3 = FloatVector.fromArray(S, x, xo + 3 * L);
      for (i = 4 * L; i <= n - 4 * L; i += 4 * L) {
        int p = xo + i;
        FloatVector a = FloatVector.fromArray(S, x, p);
        FloatVector b = FloatVector.fromArray(S, x, p + L);
        FloatVector c = FloatVector.fromArray(S, x, p + 2 * L);
        FloatVector d = FloatVector.fromArray(S, x, p + 3 * L);
        m0 = larger(a, m0);
        m1 = larger(b, m1);
        m2 = larger(c, m2);
        m3 = larger(d, m3);
      }
      max = m0.max(m1).max(m2.max(m3)).reduceLanes(VectorOperators.MAX);
    }
    for (; i < n; i++) {
      max = Math.max(max, x[xo + i]);
    }
    return max;
  }

  /**
   * Returns x where it is larger; FloatVector.max honours NaN and -0 and is several times slower.
   */
  private static FloatVector larger(FloatVector x, FloatVector y) {
    return x.blend(y, x.compare(VectorOperators.GT, y).not());
  }

  @Override
  public int indexOf(float[] x, int xo, int n, float value) {
    int i = 0;
    for (; i <= n - L; i += L) {
      VectorMask<Float> equal = FloatVector.fromArray(S, x, xo + i).eq(value);
      if (equal.anyTrue()) {
        return i + equal.firstTrue();
      }
    }
    while (x[xo + i] != value) {
      i++;
    }
    return i;
  }

  /** All maxima first, then all exponentials, so that the ends of rows overlap with other rows. */
  @Override
  public void expRows(float[] x, int rows, int blockStride, int[] counts, int from, float[] sums) {
    float[] s = lanes.get();
    for (int r = 0; r < rows; r++) {
      int n = counts[from + r];
      int whole = n + 15 & ~15;
      for (int j = n; j < whole; j++) {
        x[(j >> 8) * blockStride + r * 256 + (j & 255)] = Float.NEGATIVE_INFINITY;
      }
      sums[r] = maxOfRow(x, r * 256, blockStride, whole);
    }
    for (int r = 0; r < rows; r++) {
      expOfRow(x, r * 256, blockStride, counts[from + r] + 15 & ~15, sums[r], s);
      sums[r] = ScalarMath.tree16(s);
    }
  }

  private static float maxOfRow(float[] x, int xo, int blockStride, int n) {
    FloatVector even = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    FloatVector odd = even; // two chains: comparing and blending takes longer than loading
    for (int from = 0; from < n; from += 256) {
      int at = xo + (from >> 8) * blockStride;
      int end = Math.min(256, n - from);
      int i = 0;
      for (; i <= end - 2 * L; i += 2 * L) {
        even = larger(FloatVector.fromArray(S, x, at + i), even);
        odd = larger(FloatVector.fromArray(S, x, at + i + L), odd);
      }
      if (i < end) {
        even = larger(FloatVector.fromArray(S, x, at + i), even);
      }
    }
    return larger(even, odd).reduceLanes(VectorOperators.MAX);
  }

  private static void expOfRow(float[] x, int xo, int blockStride, int n, float max, float[] s) {
    for (int sub = 0; sub < 16; sub += L) {
      FloatVector sum = FloatVector.zero(S);
      for (int from = 0; from < n; from += 256) {
        int at = xo + (from >> 8) * blockStride + sub;
        int end = Math.min(256, n - from);
        for (int i = 0; i < end; i += 16) {
          FloatVector e = expNotPositive(FloatVector.fromArray(S, x, at + i).sub(max));
          e.intoArray(x, at + i);
          sum = e.add(sum);
        }
      }
      sum.intoArray(s, sub);
    }
  }

  @Override
  public void expSums(float[] x, int xo, int n, float shift, float[] sums) {
    float[] s = lanes.get();
    int whole = n & ~15;
    for (int sub = 0; sub < 16; sub += L) {
      FloatVector plain = FloatVector.zero(S);
      FloatVector weighted = plain;
      for (int i = 0; i < whole; i += 16) {
        FloatVector d = FloatVector.fromArray(S, x, xo + i + sub).sub(shift);
        FloatVector e = expNotPositive(d);
        plain = e.add(plain);
        weighted = e.fma(d.blend(0f, e.eq(0f)), weighted);
      }
      plain.intoArray(s, sub);
      weighted.intoArray(s, 16 + sub);
    }
    for (int i = whole; i < n; i++) {
      float d = x[xo + i] - shift;
      float e = ScalarMath.exp(d);
      s[i - whole] += e;
      s[16 + i - whole] = Math.fma(e, e == 0f ? 0f : d, s[16 + i - whole]);
    }
    sums[0] = ScalarMath.tree16(s);
    System.arraycopy(s, 16, s, 0, 16);
    sums[1] = ScalarMath.tree16(s);
  }

  @Override
  public void scale(float[] x, int xo, int n, float factor, float[] out, int oo) {
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector.fromArray(S, x, xo + i).mul(factor).intoArray(out, oo + i);
    }
    for (; i < n; i++) {
      out[oo + i] = x[xo + i] * factor;
    }
  }

  @Override
  public void scaleRows(
      float[] x, int ldx, int rows, int n, float[] factors, float[] out, int oo, int ldo) {
    for (int r = 0; r < rows; r++) {
      scale(x, r * ldx, n, factors[r], out, oo + r * ldo);
    }
  }

  @Override
  public void swiGlu(float[] gate, int go, float[] up, int uo, int n) {
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector g = FloatVector.fromArray(S, gate, go + i);
      g.div(exp(g.neg()).add(1f)).mul(FloatVector.fromArray(S, up, uo + i)).intoArray(gate, go + i);
    }
    for (; i < n; i++) {
      float g = gate[go + i];
      gate[go + i] = g / (ScalarMath.exp(-g) + 1f) * up[uo + i];
    }
  }

  @Override
  public void rotate(
      float[] x, int xo, int heads, int headDim, int half, float[] cos, float[] sin, int to) {
    int i = 0;
    for (; i <= half - L; i += L) { // angles stay in registers over the heads
      FloatVector c = FloatVector.fromArray(S, cos, to + i);
      FloatVector s = FloatVector.fromArray(S, sin, to + i);
      for (int h = 0; h < heads; h++) {
        int at = xo + h * headDim + i;
        FloatVector a = FloatVector.fromArray(S, x, at);
        FloatVector b = FloatVector.fromArray(S, x, at + half);
        a.mul(c).sub(b.mul(s)).intoArray(x, at);
        b.mul(c).add(a.mul(s)).intoArray(x, at + half);
      }
    }
    for (; i < half; i++) {
      for (int h = 0; h < heads; h++) {
        int at = xo + h * headDim + i;
        float a = x[at];
        float b = x[at + half];
        x[at] = a * cos[to + i] - b * sin[to + i];
        x[at + half] = b * cos[to + i] + a * sin[to + i];
      }
    }
  }

  private static FloatVector exp(FloatVector x) {
    FloatVector t = rounded(x);
    FloatVector n = t.sub(ScalarMath.ROUNDER);
    IntVector bits = t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 10);
    IntVector half = bits.lanewise(VectorOperators.ASHR, 11); // n >> 1: n is the low 22 bits of t
    IntVector rest = bits.lanewise(VectorOperators.ASHR, 10).sub(half);
    FloatVector y = polynomial(x, n).mul(powerOfTwo(half)).mul(powerOfTwo(rest));
    return y.blend(0f, x.lt(ScalarMath.EXP_LOWEST))
        .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, ScalarMath.EXP_HIGHEST));
  }

  /**
   * The same bits as {@link #exp} for x at most 0: results that are not flushed to 0 are normal, so
   * n can be added to the exponent.
   */
  private static FloatVector expNotPositive(FloatVector x) {
    FloatVector t = rounded(x);
    FloatVector y = polynomial(x, t.sub(ScalarMath.ROUNDER));
    IntVector n = t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    return y.reinterpretAsInts()
        .add(n)
        .reinterpretAsFloats()
        .blend(0f, x.lt(ScalarMath.EXP_LOWEST));
  }

  private static FloatVector rounded(FloatVector x) {
    return x.fma(
        FloatVector.broadcast(S, ScalarMath.LOG2_E), FloatVector.broadcast(S, ScalarMath.ROUNDER));
  }

  private static FloatVector powerOfTwo(IntVector n) {
    return n.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
  }

  private static FloatVector polynomial(FloatVector x, FloatVector n) {
    FloatVector r = n.fma(FloatVector.broadcast(S, -ScalarMath.LN2_HIGH), x);
    r = n.fma(FloatVector.broadcast(S, -ScalarMath.LN2_LOW), r);
    FloatVector p =
        r.fma(FloatVector.broadcast(S, ScalarMath.P4), FloatVector.broadcast(S, ScalarMath.P3));
    p = p.fma(r, FloatVector.broadcast(S, ScalarMath.P2));
    p = p.fma(r, FloatVector.broadcast(S, ScalarMath.P1));
    p = p.fma(r, FloatVector.broadcast(S, ScalarMath.P0));
    return p.fma(r.mul(r), r).add(1f);
  }
}
