package org.unmask.decode;

/**
 * Learn2PD's filter f_theta (arXiv 2509.25188): two linear layers with a ReLU between them, from
 * the certainties of one block to one logit per position; accept where it is high.
 *
 * <p>Computed in float32 in the order of the columns. Immutable.
 */
public final class FilterModel {

  /** Positions per block, B. */
  public static final int WIDTH = 32;

  private final float[] weight1;
  private final float[] bias1;
  private final float[] weight2;
  private final float[] bias2;

  /**
   * Makes a filter.
   *
   * @param weight1 first layer (32, 32), row-major, a row per output
   * @param bias1 its bias (32)
   * @param weight2 second layer (32, 32)
   * @param bias2 its bias (32)
   */
  public FilterModel(float[] weight1, float[] bias1, float[] weight2, float[] bias2) {
    this.weight1 = checked("linear1.weight", weight1, WIDTH * WIDTH);
    this.bias1 = checked("linear1.bias", bias1, WIDTH);
    this.weight2 = checked("linear2.weight", weight2, WIDTH * WIDTH);
    this.bias2 = checked("linear2.bias", bias2, WIDTH);
  }

  private static float[] checked(String name, float[] values, int count) {
    if (values.length != count) {
      throw new IllegalArgumentException(
          "tensor "
              + name
              + " of the filter has "
              + values.length
              + " values and needs "
              + count
              + "; is it a filter for blocks of 32?");
    }
    return values.clone();
  }

  /**
   * Computes the logits of a block.
   *
   * @param confidences certainty of each position; missing ones count as 0
   * @param count how many there are, at most 32
   * @return logits (32), of which the first {@code count} mean something
   */
  public float[] logits(float[] confidences, int count) {
    float[] input = new float[WIDTH];
    System.arraycopy(confidences, 0, input, 0, count);
    float[] hidden = layer(weight1, bias1, input);
    for (int i = 0; i < WIDTH; i++) {
      hidden[i] = Math.max(0, hidden[i]);
    }
    return layer(weight2, bias2, hidden);
  }

  private static float[] layer(float[] weight, float[] bias, float[] input) {
    float[] output = new float[WIDTH];
    for (int o = 0; o < WIDTH; o++) {
      float sum = 0;
      for (int i = 0; i < WIDTH; i++) {
        sum += weight[o * WIDTH + i] * input[i];
      }
      output[o] = sum + bias[o];
    }
    return output;
  }
}
