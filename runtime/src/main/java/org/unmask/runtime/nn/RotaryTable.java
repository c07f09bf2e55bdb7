package org.unmask.runtime.nn;

import java.util.Arrays;

/**
 * Cosines and sines of the rotary position embedding in its half-rotation form.
 *
 * <p>Angle of pair j at position p: {@code p * frequency[j]} in float32; cosine and sine of it by
 * {@link StrictMath}, rounded once. Grows with the positions asked for; safe to share.
 */
public final class RotaryTable {

  private record Rows(int positions, float[] cos, float[] sin) {}

  private final float[] frequencies;
  private volatile Rows rows = new Rows(0, new float[0], new float[0]);

  /**
   * Makes a table.
   *
   * @param frequencies radians per position of each rotated pair, in float32
   */
  public RotaryTable(float[] frequencies) {
    this.frequencies = frequencies.clone();
  }

  /**
   * Returns the unscaled frequencies theta^(-2j/d).
   *
   * @param rotaryDims rotated dimensions d, even
   */
  public static float[] frequencies(int rotaryDims, double theta) {
    float[] f = new float[rotaryDims / 2];
    for (int j = 0; j < f.length; j++) {
      f[j] = (float) (1.0 / (float) StrictMath.pow(theta, (double) (2f * j / rotaryDims)));
    }
    return f;
  }

  /** Returns the number of rotated pairs. */
  public int half() {
    return frequencies.length;
  }

  /**
   * Makes sure that the positions [0, count) are tabulated; call before {@link #cos} and {@link
   * #sin}.
   */
  public void ensure(int count) {
    if (rows.positions >= count) {
      return;
    }
    synchronized (this) {
      Rows old = rows;
      if (old.positions >= count) {
        return;
      }
      int half = frequencies.length;
      int positions = Math.max(count, Math.max(256, 2 * old.positions));
      float[] cos = Arrays.copyOf(old.cos, positions * half);
      float[] sin = Arrays.copyOf(old.sin, positions * half);
      for (int p = old.positions; p < positions; p++) {
        for (int j = 0; j < half; j++) {
          float angle = p * frequencies[j];
          cos[p * half + j] = (float) StrictMath.cos(angle);
          sin[p * half + j] = (float) StrictMath.sin(angle);
        }
      }
      rows = new Rows(positions, cos, sin);
    }
  }

  /** Returns the cosines (positions, half), row-major. */
  public float[] cos() {
    return rows.cos;
  }

  /** Returns the sines (positions, half), row-major. */
  public float[] sin() {
    return rows.sin;
  }
}
