package org.unmask.model.transformer;

import org.unmask.runtime.kernel.MatrixKernel;
import org.unmask.runtime.nn.RowBlocks;

/** Activations of up to {@link RowSet#MAX_CHUNK} rows inside a layer. */
final class Chunk {

  /** Distance of two rows of {@link #qkv}. */
  final int ldQkv;

  /** Distance of two rows of {@link #attended}. */
  final int ldAttended;

  /** Distance of two rows of {@link #gateUp}. */
  final int ldGateUp;

  /** Normalised residual stream: input of qkv and gateUp. */
  final RowBlocks normed;

  /** Attention output: input of the output projection. */
  final RowBlocks heads;

  /** Gated activations: input of the down projection. */
  final RowBlocks inner;

  /** Queries, keys and values side by side. */
  final float[] qkv;

  /** Attention output, heads side by side. */
  final float[] attended;

  /** Gate and up projections side by side; router logits of a layer with experts. */
  final float[] gateUp;

  Chunk(TransformerConfig c) {
    int rows = RowSet.MAX_CHUNK;
    ldQkv = padded((c.numHeads() + 2 * c.numKvHeads()) * c.headDim());
    ldAttended = c.numHeads() * c.headDim();
    int inner = c.widestMlp();
    ldGateUp = padded(Math.max(2 * inner, c.experts() == null ? 0 : c.experts().count()));
    normed = new RowBlocks(rows, c.hiddenSize());
    heads = new RowBlocks(rows, ldAttended);
    this.inner = new RowBlocks(rows, inner);
    qkv = new float[rows * ldQkv];
    attended = new float[rows * ldAttended];
    gateUp = new float[rows * ldGateUp];
  }

  /**
   * Returns the distance of two rows: the width rounded up to whole panels of packed weights, and a
   * cache line more, so that rows do not fall into the same sets of the cache.
   */
  static int padded(int width) {
    return Math.ceilDiv(width, MatrixKernel.PANEL) * MatrixKernel.PANEL + 16;
  }
}
