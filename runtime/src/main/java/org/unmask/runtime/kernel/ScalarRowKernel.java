package org.unmask.runtime.kernel;

/** The readable form of {@link RowKernel}, and the judge of the fast ones. */
public final class ScalarRowKernel implements RowKernel {

  /** Makes the kernel; it has no state. */
  public ScalarRowKernel() {}

  @Override
  public void rmsNorm(float[] x, int xo, int n, float[] weight, float eps, float[] out, int oo) {
    float[] lanes = new float[64];
    for (int i = 0; i < n; i++) {
      lanes[i & 63] = Math.fma(x[xo + i], x[xo + i], lanes[i & 63]);
    }
    float r = (float) (1.0 / Math.sqrt(ScalarMath.tree64(lanes) / (double) n + eps));
    for (int i = 0; i < n; i++) {
      out[oo + i] = x[xo + i] * r * weight[i];
    }
  }

  @Override
  public float max(float[] x, int xo, int n) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      max = Math.max(max, x[xo + i]);
    }
    return max;
  }

  @Override
  public int indexOf(float[] x, int xo, int n, float value) {
    int i = 0;
    while (x[xo + i] != value) {
      i++;
    }
    return i;
  }

  @Override
  public void expRows(float[] x, int rows, int blockStride, int[] counts, int from, float[] sums) {
    for (int r = 0; r < rows; r++) {
      int n = counts[from + r];
      float max = Float.NEGATIVE_INFINITY;
      for (int j = 0; j < n; j++) {
        max = Math.max(max, x[(j >> 8) * blockStride + r * 256 + (j & 255)]);
      }
      float[] lanes = new float[16];
      for (int j = 0; j < (n + 15 & ~15); j++) {
        int at = (j >> 8) * blockStride + r * 256 + (j & 255);
        x[at] = j < n ? ScalarMath.exp(x[at] - max) : 0f;
        lanes[j & 15] += x[at];
      }
      sums[r] = ScalarMath.tree16(lanes);
    }
  }

  @Override
  public void expSums(float[] x, int xo, int n, float shift, float[] sums) {
    float[] plain = new float[16];
    float[] weighted = new float[16];
    for (int i = 0; i < n; i++) {
      float d = x[xo + i] - shift;
      float e = ScalarMath.exp(d);
      plain[i & 15] += e;
      weighted[i & 15] = Math.fma(e, e == 0f ? 0f : d, weighted[i & 15]);
    }
    sums[0] = ScalarMath.tree16(plain);
    sums[1] = ScalarMath.tree16(weighted);
  }

  @Override
  public void scale(float[] x, int xo, int n, float factor, float[] out, int oo) {
    for (int i = 0; i < n; i++) {
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
    for (int i = 0; i < n; i++) {
      float g = gate[go + i];
      gate[go + i] = g / (ScalarMath.exp(-g) + 1f) * up[uo + i];
    }
  }

  @Override
  public void rotate(
      float[] x, int xo, int heads, int headDim, int half, float[] cos, float[] sin, int to) {
    for (int h = 0; h < heads; h++) {
      int at = xo + h * headDim;
      for (int i = 0; i < half; i++) {
        float a = x[at + i];
        float b = x[at + half + i];
        x[at + i] = a * cos[to + i] - b * sin[to + i];
        x[at + half + i] = b * cos[to + i] + a * sin[to + i];
      }
    }
  }
}
