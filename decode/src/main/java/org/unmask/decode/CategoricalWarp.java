package org.unmask.decode;

import java.util.Arrays;
import org.unmask.decode.speculative.Warp;
import org.unmask.model.Predictions;

/** Temperature, nucleus and top-k of a request's options. */
final class CategoricalWarp implements Warp {

  private final Categorical categorical;
  private final boolean isGreedy;
  private final int suppressed;

  CategoricalWarp(DecodeContext context) {
    DecodeOptions options = context.options();
    isGreedy = options.temperature() == 0;
    categorical =
        new Categorical(
            options.temperature(),
            options.number(Categorical.TOP_P),
            options.integer(Categorical.TOP_K),
            false);
    suppressed = context.suppressed();
  }

  @Override
  public boolean isGreedy() {
    return isGreedy;
  }

  @Override
  public double[] law(Predictions predictions, int row) {
    double[] shared = categorical.probabilities(predictions, row, suppressed);
    return Arrays.copyOf(shared, predictions.vocabSize());
  }
}
