package org.unmask.decode;

import java.util.Arrays;

/** The filter's two layers in double, with their derivatives. */
final class FilterNetwork {

  /** Length of a block, B, and of the hidden layer. */
  final int width;

  /** Weight 1 (B, B), bias 1 (B), weight 2 (B, B), bias 2 (B). */
  final double[] parameters;

  private final int bias1;
  private final int weight2;
  private final int bias2;

  /** The weights a column after the other, so that inner loops run along memory. */
  private final double[] columns1;

  private final double[] columns2;

  FilterNetwork(int width) {
    this.width = width;
    bias1 = width * width;
    weight2 = bias1 + width;
    bias2 = weight2 + width * width;
    parameters = new double[bias2 + width];
    columns1 = new double[width * width];
    columns2 = new double[width * width];
  }

  FilterNetwork(FilterModel model) {
    this(model.width());
    float[][] parts = {model.weight1(), model.bias1(), model.weight2(), model.bias2()};
    int at = 0;
    for (float[] part : parts) {
      for (float value : part) {
        parameters[at++] = value;
      }
    }
  }

  /** Adds {@code z_i = second * relu(first * (c_i - start)) - offset} to all logits. */
  void addThreshold(double start, double first, double second, double offset) {
    for (int i = 0; i < width; i++) {
      parameters[i * width + i] += first;
      parameters[bias1 + i] -= first * start;
      parameters[weight2 + i * width + i] += second;
      parameters[bias2 + i] -= offset;
    }
  }

  FilterModel model() {
    return new FilterModel(
        part(0, bias1), part(bias1, weight2), part(weight2, bias2), part(bias2, parameters.length));
  }

  private float[] part(int from, int to) {
    float[] values = new float[to - from];
    for (int i = from; i < to; i++) {
      values[i - from] = (float) parameters[i];
    }
    return values;
  }

  /** Takes over changed parameters before a pass. */
  void transpose() {
    for (int o = 0; o < width; o++) {
      for (int i = 0; i < width; i++) {
        columns1[i * width + o] = parameters[o * width + i];
        columns2[i * width + o] = parameters[weight2 + o * width + i];
      }
    }
  }

  Pass newPass() {
    return new Pass();
  }

  /** The working memory of one thread. */
  final class Pass {
    final double[] gradient = new double[parameters.length];
    private final double[] hidden = new double[width];
    private final double[] logits = new double[width];
    private final double[] hiddenGradient = new double[width];

    void forward(FilterRow row) {
      System.arraycopy(parameters, bias1, hidden, 0, width);
      float[] x = row.confidence();
      for (int i = 0; i < x.length; i++) {
        addTo(hidden, 0, x[i], columns1, i * width);
      }
      System.arraycopy(parameters, bias2, logits, 0, width);
      for (int i = 0; i < width; i++) {
        hidden[i] = Math.max(0, hidden[i]);
        addTo(logits, 0, hidden[i], columns2, i * width);
      }
    }

    /** Returns the row's loss, summed over positions: -y ln s(z) - (1 - y) ln(1 - s(z)). */
    double loss(FilterRow row) {
      forward(row);
      double sum = 0;
      for (int o = 0; o < width; o++) {
        double z = logits[o];
        sum += Math.max(z, 0) - z * label(row, o) + StrictMath.log1p(StrictMath.exp(-Math.abs(z)));
      }
      return sum;
    }

    /** Adds the derivatives of {@code share} times the loss; follows {@link #forward}. */
    void backward(FilterRow row, double share) {
      Arrays.fill(hiddenGradient, 0);
      for (int o = 0; o < width; o++) {
        double slope = share * (FilterModel.probability(logits[o]) - label(row, o));
        gradient[bias2 + o] += slope;
        addTo(gradient, weight2 + o * width, slope, hidden, 0);
        addTo(hiddenGradient, 0, slope, parameters, weight2 + o * width);
      }
      float[] x = row.confidence();
      for (int o = 0; o < width; o++) {
        if (hidden[o] > 0) {
          gradient[bias1 + o] += hiddenGradient[o];
          for (int i = 0; i < x.length; i++) {
            gradient[o * width + i] += hiddenGradient[o] * x[i];
          }
        }
      }
    }

    private void addTo(double[] sums, int at, double factor, double[] values, int from) {
      for (int i = 0; i < width; i++) {
        sums[at + i] += factor * values[from + i];
      }
    }
  }

  /** What lies behind the end of a short block is never accepted. */
  private static double label(FilterRow row, int position) {
    return position < row.isCorrect().length && row.isCorrect()[position] ? 1 : 0;
  }
}
