package org.unmask.decode.certify;

/** The chi-square test of counts against a known law. */
final class ChiSquare {

  private static final double LEAST_EXPECTED = 5;

  private ChiSquare() {}

  /**
   * Returns the probability that counts of the law itself differ from it at least as much. Outcomes
   * expected fewer than five times count together.
   *
   * @param counts per outcome
   * @param law probability per outcome
   */
  static double pValue(long[] counts, double[] law) {
    long n = 0;
    for (long count : counts) {
      n += count;
    }
    double statistic = 0;
    int cells = 0;
    double rareExpected = 0;
    long rare = 0;
    for (int i = 0; i < law.length; i++) {
      double expected = n * law[i];
      if (expected < LEAST_EXPECTED) {
        rareExpected += expected;
        rare += counts[i];
      } else {
        statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
        cells++;
      }
    }
    if (rareExpected > 0) {
      statistic += (rare - rareExpected) * (rare - rareExpected) / rareExpected;
      cells++;
    } else if (rare > 0) {
      return 0; // what cannot be has been
    }
    return upperGamma((cells - 1) / 2.0, statistic / 2);
  }

  /** Returns the regularised upper incomplete gamma function Q(a, x). */
  static double upperGamma(double a, double x) {
    if (x <= 0) {
      return 1;
    }
    double scale = StrictMath.exp(-x + a * StrictMath.log(x) - logGamma(a));
    if (x < a + 1) { // series for the lower one
      double term = 1 / a;
      double sum = term;
      for (int n = 1; n < 10_000 && term > sum * 1e-17; n++) {
        term *= x / (a + n);
        sum += term;
      }
      return 1 - scale * sum;
    }
    double b = x + 1 - a; // continued fraction by Lentz's method
    double c = 1e300;
    double d = 1 / b;
    double h = d;
    for (int n = 1; n < 10_000; n++) {
      double an = -n * (n - a);
      b += 2;
      d = 1 / (an * d + b);
      c = b + an / c;
      double factor = c * d;
      h *= factor;
      if (Math.abs(factor - 1) < 1e-15) {
        break;
      }
    }
    return scale * h;
  }

  /** Returns ln Gamma(a) for a at least 1/2, by Stirling's series. */
  private static double logGamma(double a) {
    double shift = 0;
    double z = a;
    while (z < 12) {
      shift -= StrictMath.log(z++);
    }
    double inverse = 1 / (z * z);
    double series =
        (1.0 / 12 - inverse * (1.0 / 360 - inverse * (1.0 / 1260 - inverse / 1680))) / z;
    return shift + (z - 0.5) * StrictMath.log(z) - z + 0.5 * StrictMath.log(2 * Math.PI) + series;
  }
}
