package org.unmask.bench.load;

import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.unmask.decode.DecodeStep;
import org.unmask.model.transformer.Experts;
import org.unmask.model.transformer.TransformerConfig;

/**
 * Floating-point operations of forward calls: those of the matrix products and of attention, a
 * multiplication and an addition counted as two. The second half of the last layer and the head are
 * computed for predicted rows only. Of sparse layers the experts a row visits count.
 */
public final class Flops {

  private final double heads;
  private final double perRow;
  private final double perKeptRow;
  private final double perPair;
  private final double perPrediction;

  /**
   * Counts for a network.
   *
   * @param c its configuration
   */
  public Flops(TransformerConfig c) {
    double d = c.hiddenSize();
    heads = (double) c.numHeads() * c.headDim();
    double qkv = 2 * d * (c.numHeads() + 2.0 * c.numKvHeads()) * c.headDim();
    double values = 2 * d * c.numKvHeads() * c.headDim();
    double rest = 0; // of all layers but the last, whose rest is computed for predictions only
    for (int layer = 0; layer < c.numLayers() - 1; layer++) {
      rest += second(c, layer);
    }
    perRow = c.numLayers() * qkv + rest;
    perKeptRow = qkv + second(c, 0) + (c.numLayers() - 1) * values;
    perPair = 4 * heads * (c.numLayers() - 1);
    perPrediction = second(c, c.numLayers() - 1) + 2 * d * c.vocabSize();
  }

  /** Returns what a layer takes for a row behind attention. */
  private static double second(TransformerConfig c, int layer) {
    double inner = c.intermediateSize();
    Experts experts = c.experts();
    if (experts != null && experts.isSparse(layer)) {
      inner = (double) experts.perToken() * experts.intermediateSize() + experts.sharedSize();
    }
    return 2.0 * c.numHeads() * c.headDim() * c.hiddenSize() + 6 * inner * c.hiddenSize();
  }

  /**
   * Returns the operations of some calls of the network.
   *
   * @param rows what was computed
   */
  public long of(DecodeStep.Rows rows) {
    double keys = rows.calls() == 0 ? 0 : (double) rows.keyRows() / rows.calls();
    double lastLayer = 4 * keys * heads * rows.predictedRows();
    return Math.round(
        (rows.queryRows() - rows.keptRows()) * perRow
            + rows.keptRows() * perKeptRow
            + rows.pairs() * perPair
            + rows.predictedRows() * perPrediction
            + lastLayer);
  }

  /**
   * Returns a count for a decoder's steps.
   *
   * @param main configuration of the main network
   * @param auxiliary that of the auxiliary network, or null if there is none
   */
  public static ToLongFunction<DecodeStep.Work> of(
      TransformerConfig main, @Nullable TransformerConfig auxiliary) {
    Flops first = new Flops(main);
    Flops second = auxiliary == null ? first : new Flops(auxiliary);
    return work -> first.of(work.main()) + second.of(work.auxiliary());
  }
}
