package org.unmask.runtime.kernel;

/**
 * Operations on single rows: norms, activations, softmax, rotary embedding, statistics of logits.
 *
 * <p>Bit-exact specification. Sums run over V virtual lanes: element i belongs to lane {@code i mod
 * V}, each lane is summed in ascending order from 0, and the lanes are folded by a fixed tree.
 * Every elementary operation is one IEEE float32 operation rounded to nearest, {@code fma} where
 * written. {@code exp} is {@link ScalarMath#exp}. Implementations differ in speed only. Inputs are
 * free of NaN unless a method says otherwise.
 */
public interface RowKernel {

  /**
   * Writes {@code out[i] = x[i] * r * weight[i]}, r = 1 / sqrt(mean(x^2) + eps).
   *
   * <p>Sum of squares by fma over 64 lanes, folded j with j + 32, then j + 16, then {@link
   * ScalarMath#tree16}; r in double, rounded once to float; products left to right.
   *
   * @param n length of the row, at least 1
   */
  void rmsNorm(float[] x, int xo, int n, float[] weight, float eps, float[] out, int oo);

  /**
   * Returns the largest of n values, negative infinity for n = 0.
   *
   * @param n at least 0
   */
  float max(float[] x, int xo, int n);

  /**
   * Returns the first index in [0, n) whose element equals a value that is there.
   *
   * @param value an element of the row, not NaN
   */
  int indexOf(float[] x, int xo, int n, float value);

  /**
   * Turns rows of attention scores into weights: replaces the first n values of a row by exp(x -
   * max), max being the largest of them, and stores their sum over 16 lanes and {@link
   * ScalarMath#tree16}. Values from n up to a multiple of 16 become 0.
   *
   * <p>Rows lie in blocks of 256 columns: row r, column j is {@code x[j / 256 * blockStride + r *
   * 256 + j % 256]}.
   *
   * @param rows at least 0
   * @param counts n of row r at {@code from + r}, at least 1
   * @param sums receives a sum per row
   */
  void expRows(float[] x, int rows, int blockStride, int[] counts, int from, float[] sums);

  /**
   * Returns two sums over n values without changing them: of e = exp(x[i] - shift) into {@code
   * sums[0]}, and of fma(e, x[i] - shift, lane) into {@code sums[1]}, each over 16 lanes and {@link
   * ScalarMath#tree16}. Values with e = 0 add nothing to the second sum.
   *
   * @param shift at least every x[i]; x[i] may be negative infinity
   * @param sums receives the two sums
   */
  void expSums(float[] x, int xo, int n, float shift, float[] sums);

  /** Writes {@code out[i] = x[i] * factor}. */
  void scale(float[] x, int xo, int n, float factor, float[] out, int oo);

  /**
   * Writes {@code out[oo + r * ldo + i] = x[r * ldx + i] * factors[r]} for every row r and i in [0,
   * n).
   */
  void scaleRows(
      float[] x, int ldx, int rows, int n, float[] factors, float[] out, int oo, int ldo);

  /** Writes {@code gate[i] = gate[i] / (1 + exp(-gate[i])) * up[i]}. */
  void swiGlu(float[] gate, int go, float[] up, int uo, int n);

  /**
   * Rotates the first 2 * half elements of every head in place, element i with element i + half:
   * {@code y[i] = x[i] cos[i] - x[i + half] sin[i]} and {@code y[i + half] = x[i + half] cos[i] +
   * x[i] sin[i]}, each product and sum rounded.
   *
   * @param heads heads side by side
   * @param headDim distance of two heads, at least 2 * half
   * @param half pairs to rotate, at least 0
   * @param cos cosines from {@code to}
   * @param sin sines from {@code to}
   */
  void rotate(
      float[] x, int xo, int heads, int headDim, int half, float[] cos, float[] sin, int to);
}
