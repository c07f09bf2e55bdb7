package org.unmask.bench.load;

import org.unmask.model.transformer.TransformerConfig;
import org.unmask.runtime.nn.WeightFormat;

/** How much memory packed weights take, told before they are packed. */
public final class PackedSize {

  private PackedSize() {}

  /**
   * Estimates the memory of packed weights; within a percent for models of more than a few layers.
   *
   * @param config the model
   * @param format how weights are held
   * @return bytes, without the embedding, which stays in the mapped file
   */
  public static long bytes(TransformerConfig config, WeightFormat format) {
    long embedding = (long) config.vocabSize() * config.hiddenSize();
    long packed = config.parameters() - (config.isTied() ? 0 : embedding);
    int scale = format == WeightFormat.INT4 ? 1 : 0; // a float for each 32
    return packed * (format.bits() + scale) / 8;
  }
}
