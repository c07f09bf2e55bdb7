package org.unmask.decode;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Trains Learn2PD's filter (arXiv 2509.25188): binary cross entropy with logits over all positions,
 * AdamW on the full batch with learning rate 3e-3, betas 0.9 and 0.999 and weight decay 0.01.
 *
 * <p>Deterministic: double arithmetic in a fixed order, initial weights from a seed. Used by one
 * thread.
 */
public final class FilterTrainer {

  private static final int N = FilterModel.WIDTH;
  private static final double LEARNING_RATE = 3e-3;
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;
  private static final double DECAY = 0.01;

  /** Where bias 1, weight 2 and bias 2 begin behind weight 1. */
  private static final int BIAS1 = N * N;

  private static final int WEIGHT2 = BIAS1 + N;
  private static final int BIAS2 = WEIGHT2 + N * N;
  private static final int SIZE = BIAS2 + N;

  private final float[][] features;
  private final float[][] labels;
  private final double[] parameters = new double[SIZE];
  private final double[] gradient = new double[SIZE];
  private final double[] mean = new double[SIZE];
  private final double[] square = new double[SIZE];
  private final double[] hidden = new double[N];
  private final double[] hiddenGradient = new double[N];
  private int epoch;
  private double loss;

  /**
   * Starts from random weights, uniform in plus or minus 1 / sqrt(32).
   *
   * @param rows at least one
   * @param seed of the weights
   */
  public FilterTrainer(List<FilterRow> rows, long seed) {
    this(rows.stream().map(FilterTrainer::padded).toArray(float[][]::new), labels(rows));
    double bound = 1 / Math.sqrt(N);
    long key = Noise.key(seed, 0, 0, 0, Noise.Purpose.TOKEN);
    for (int i = 0; i < SIZE; i++) {
      parameters[i] = (float) (bound * (2 * Noise.uniform(key, i) - 1));
    }
  }

  /** Starts from given weights in the order weight 1, bias 1, weight 2, bias 2. */
  FilterTrainer(float[][] features, float[][] labels, float[]... weights) {
    if (features.length == 0) {
      throw new IllegalArgumentException("a filter cannot be trained without rows; collect some");
    }
    this.features = features;
    this.labels = labels;
    int at = 0;
    for (float[] part : weights) {
      for (float value : part) {
        parameters[at++] = value;
      }
    }
  }

  private static float[] padded(FilterRow row) {
    return Arrays.copyOf(row.confidence(), N);
  }

  private static float[][] labels(List<FilterRow> rows) {
    float[][] labels = new float[rows.size()][N];
    for (int r = 0; r < labels.length; r++) {
      for (int i = 0; i < rows.get(r).isCorrect().length; i++) {
        labels[r][i] = rows.get(r).isCorrect()[i] ? 1 : 0;
      }
    }
    return labels;
  }

  /**
   * Makes updates.
   *
   * @param epochs how many
   * @param progress receives the number of each epoch, from 0, when its loss is known
   */
  public void train(int epochs, IntConsumer progress) {
    for (int i = 0; i < epochs; i++) {
      differentiate();
      progress.accept(epoch);
      update();
    }
  }

  /** Returns the mean loss of the last epoch, before its update. */
  public double loss() {
    return loss;
  }

  /** Returns the filter as it is now. */
  public FilterModel model() {
    return new FilterModel(
        part(0, BIAS1), part(BIAS1, WEIGHT2), part(WEIGHT2, BIAS2), part(BIAS2, SIZE));
  }

  private float[] part(int from, int to) {
    float[] values = new float[to - from];
    for (int i = from; i < to; i++) {
      values[i - from] = (float) parameters[i];
    }
    return values;
  }

  private void differentiate() {
    Arrays.fill(gradient, 0);
    loss = 0;
    double share = 1.0 / ((double) features.length * N);
    for (int r = 0; r < features.length; r++) {
      float[] x = features[r];
      for (int o = 0; o < N; o++) {
        double sum = parameters[BIAS1 + o];
        for (int i = 0; i < N; i++) {
          sum += parameters[o * N + i] * x[i];
        }
        hidden[o] = Math.max(0, sum);
      }
      Arrays.fill(hiddenGradient, 0);
      for (int o = 0; o < N; o++) {
        int row = WEIGHT2 + o * N;
        double z = parameters[BIAS2 + o];
        for (int i = 0; i < N; i++) {
          z += parameters[row + i] * hidden[i];
        }
        double y = labels[r][o];
        // -y ln s(z) - (1 - y) ln(1 - s(z)), in the form that does not overflow
        loss += share * (Math.max(z, 0) - z * y + StrictMath.log1p(StrictMath.exp(-Math.abs(z))));
        double slope = share * (1 / (1 + StrictMath.exp(-z)) - y);
        gradient[BIAS2 + o] += slope;
        for (int i = 0; i < N; i++) {
          gradient[row + i] += slope * hidden[i];
          hiddenGradient[i] += slope * parameters[row + i];
        }
      }
      for (int o = 0; o < N; o++) {
        if (hidden[o] > 0) {
          gradient[BIAS1 + o] += hiddenGradient[o];
          for (int i = 0; i < N; i++) {
            gradient[o * N + i] += hiddenGradient[o] * x[i];
          }
        }
      }
    }
  }

  private void update() {
    epoch++;
    double correction1 = 1 - StrictMath.pow(BETA1, epoch);
    double correction2 = 1 - StrictMath.pow(BETA2, epoch);
    for (int i = 0; i < SIZE; i++) {
      mean[i] = BETA1 * mean[i] + (1 - BETA1) * gradient[i];
      square[i] = BETA2 * square[i] + (1 - BETA2) * gradient[i] * gradient[i];
      double step = mean[i] / correction1 / (Math.sqrt(square[i] / correction2) + EPSILON);
      parameters[i] -= LEARNING_RATE * (step + DECAY * parameters[i]);
    }
  }
}
