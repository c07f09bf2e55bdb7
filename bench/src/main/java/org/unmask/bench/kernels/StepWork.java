package org.unmask.bench.kernels;

import org.unmask.bench.load.Flops;
import org.unmask.decode.DecodeStep;
import org.unmask.model.transformer.StepProfile.Part;
import org.unmask.model.transformer.TransformerConfig;

/**
 * Operations of a forward call of a model without experts.
 *
 * @param batch sequences
 * @param rows of each
 * @param keys each row attends to
 * @param predicted rows of each, for which alone the last layer's second half is computed
 */
record StepWork(TransformerConfig config, int batch, int rows, int keys, int predicted) {

  /** Returns the operations of all parts. */
  double flops() {
    DecodeStep.Rows call = new DecodeStep.Rows(1, rows, keys, (long) rows * keys, predicted, 0);
    return (double) batch * new Flops(config).of(call);
  }

  /** Returns the operations of a part, 0 for what is no product. */
  double flops(Part part) {
    double d = config.hiddenSize();
    double heads = (double) config.numHeads() * config.headDim();
    double keysAndValues = 2.0 * config.numKvHeads() * config.headDim();
    double second = (config.numLayers() - 1.0) * rows + predicted;
    return batch
        * switch (part) {
          case QKV -> 2 * d * (heads + keysAndValues) * config.numLayers() * rows;
          case ATTENTION -> 4 * heads * keys * second;
          case OUTPUT -> 2 * d * heads * second;
          case GATE_UP -> 4 * d * config.intermediateSize() * second;
          case DOWN -> 2 * d * config.intermediateSize() * second;
          case HEAD -> 2 * d * config.vocabSize() * predicted;
          case ROWS -> 0;
        };
  }
}
