package org.unmask.decode.speculative;

import java.util.BitSet;
import java.util.List;

/**
 * What a function of sets is likely to be, judging by its values at some sets: regression by a
 * Gaussian process with a Matern kernel of smoothness 5/2 over the number of members in which two
 * sets differ. Of a few length scales the one under which the values are most probable is taken.
 */
final class GaussianProcess {

  private static final double NOISE = 1e-2;
  private static final double[] SCALES = {1, 2, 4, 8};

  private final List<BitSet> points;
  private final double mean;
  private final double deviation;
  private double scale;
  private double[][] root = {};
  private double[] weights = {};

  /**
   * Fits a process.
   *
   * @param points sets, at least one
   * @param values of the function there
   */
  GaussianProcess(List<BitSet> points, List<Double> values) {
    this.points = List.copyOf(points);
    int n = points.size();
    mean = values.stream().mapToDouble(v -> v).average().orElse(0);
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    deviation = squares > 0 ? Math.sqrt(squares / n) : 1;
    double[] scaled = values.stream().mapToDouble(v -> (v - mean) / deviation).toArray();
    double best = Double.NEGATIVE_INFINITY;
    for (double candidate : SCALES) {
      double[][] factor = factor(candidate);
      double[] half = forward(factor, scaled);
      double fit = 0;
      for (int i = 0; i < n; i++) {
        fit -= half[i] * half[i] / 2 + StrictMath.log(factor[i][i]);
      }
      if (fit > best) {
        best = fit;
        scale = candidate;
        root = factor;
        weights = backward(factor, half);
      }
    }
  }

  /** Returns the mean at a set plus some standard deviations: the upper confidence bound. */
  double upperBound(BitSet point, double deviations) {
    double[] near = new double[points.size()];
    double expected = 0;
    for (int i = 0; i < near.length; i++) {
      near[i] = kernel(point, points.get(i), scale);
      expected += near[i] * weights[i];
    }
    double variance = 1;
    for (double part : forward(root, near)) {
      variance -= part * part;
    }
    return mean + deviation * (expected + deviations * Math.sqrt(Math.max(0, variance)));
  }

  private static double kernel(BitSet a, BitSet b, double scale) {
    BitSet differing = (BitSet) a.clone();
    differing.xor(b);
    double distance = Math.sqrt(5.0 * differing.cardinality()) / scale;
    return (1 + distance + distance * distance / 3) * StrictMath.exp(-distance);
  }

  /** Returns the lower Cholesky factor of the kernel matrix with its noise. */
  private double[][] factor(double candidate) {
    int n = points.size();
    double[][] lower = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = kernel(points.get(i), points.get(j), candidate) + (i == j ? NOISE : 0);
        for (int k = 0; k < j; k++) {
          sum -= lower[i][k] * lower[j][k];
        }
        lower[i][j] = i == j ? Math.sqrt(sum) : sum / lower[j][j];
      }
    }
    return lower;
  }

  private static double[] forward(double[][] lower, double[] right) {
    double[] x = new double[right.length];
    for (int i = 0; i < x.length; i++) {
      double sum = right[i];
      for (int k = 0; k < i; k++) {
        sum -= lower[i][k] * x[k];
      }
      x[i] = sum / lower[i][i];
    }
    return x;
  }

  private static double[] backward(double[][] lower, double[] right) {
    double[] x = new double[right.length];
    for (int i = x.length - 1; i >= 0; i--) {
      double sum = right[i];
      for (int k = i + 1; k < x.length; k++) {
        sum -= lower[k][i] * x[k];
      }
      x[i] = sum / lower[i][i];
    }
    return x;
  }
}
