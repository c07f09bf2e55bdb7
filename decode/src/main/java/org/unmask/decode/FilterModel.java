package org.unmask.decode;

/**
 * Learn2PD's filter f_theta (arXiv 2509.25188): two linear layers with a ReLU between them, from
 * the certainties of one block to one logit per position; accept where it is high.
 *
 * <p>The paper's filter is for blocks of 32; shorter blocks are padded with zeros. Here a filter
 * may be of any width. Computed in float32 in the order of the columns. Immutable.
 */
public final class FilterModel {

  /** Positions per block in the paper, B. */
  public static final int WIDTH = 32;

  private final int width;
  private final float[] weight1;
  private final float[] bias1;
  private final float[] weight2;
  private final float[] bias2;

  /**
   * Makes a filter for blocks of B, which is the length of the biases.
   *
   * @param weight1 first layer (B, B), row-major, a row per output
   * @param bias1 its bias (B)
   * @param weight2 second layer (B, B)
   * @param bias2 its bias (B)
   * @throws IllegalArgumentException if the sizes do not agree
   */
  public FilterModel(float[] weight1, float[] bias1, float[] weight2, float[] bias2) {
    width = bias2.length;
    if (width == 0) {
      throw new IllegalArgumentException(
          "a filter needs at least one position, was for blocks of 0");
    }
    this.weight1 = checked("linear1.weight", weight1, width * width);
    this.bias1 = checked("linear1.bias", bias1, width);
    this.weight2 = checked("linear2.weight", weight2, width * width);
    this.bias2 = checked("linear2.bias", bias2, width);
  }

  private float[] checked(String name, float[] values, int count) {
    if (values.length != count) {
      throw new IllegalArgumentException(
          "tensor "
              + name
              + " of the filter has "
              + values.length
              + " values and needs "
              + count
              + "; is it a filter for blocks of "
              + width
              + "?");
    }
    return values.clone();
  }

  /** Returns the length of the blocks it was made for; shorter ones are padded. */
  public int width() {
    return width;
  }

  /** Returns the first layer's weights (B, B), row-major, a row per output. */
  public float[] weight1() {
    return weight1.clone();
  }

  /** Returns the first layer's bias (B). */
  public float[] bias1() {
    return bias1.clone();
  }

  /** Returns the second layer's weights (B, B), row-major, a row per output. */
  public float[] weight2() {
    return weight2.clone();
  }

  /** Returns the second layer's bias (B). */
  public float[] bias2() {
    return bias2.clone();
  }

  /**
   * Computes the logits of a block.
   *
   * @param confidences certainty of each position; missing ones count as 0
   * @param count how many there are, at most {@link #width}
   * @return logits (B), of which the first {@code count} mean something
   */
  public float[] logits(float[] confidences, int count) {
    float[] input = new float[width];
    System.arraycopy(confidences, 0, input, 0, count);
    float[] hidden = layer(weight1, bias1, input);
    for (int i = 0; i < width; i++) {
      hidden[i] = Math.max(0, hidden[i]);
    }
    return layer(weight2, bias2, hidden);
  }

  private static float[] layer(float[] weight, float[] bias, float[] input) {
    int width = input.length;
    float[] output = new float[width];
    for (int o = 0; o < width; o++) {
      float sum = 0;
      for (int i = 0; i < width; i++) {
        sum += weight[o * width + i] * input[i];
      }
      output[o] = sum + bias[o];
    }
    return output;
  }

  /** Returns the probability that a logit stands for. */
  static double probability(double logit) {
    return 1 / (1 + StrictMath.exp(-logit));
  }
}
