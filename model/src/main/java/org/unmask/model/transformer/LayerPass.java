package org.unmask.model.transformer;

import org.jspecify.annotations.Nullable;
import org.unmask.runtime.cache.KvStore;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.kernel.MatrixKernel;
import org.unmask.runtime.kernel.RowKernel;
import org.unmask.runtime.nn.Attention;
import org.unmask.runtime.nn.PackedMatrix;
import org.unmask.runtime.nn.RotaryTable;
import org.unmask.runtime.nn.RowBlocks;

/**
 * The two halves of a layer for one chunk of rows, with the scratch memory of one worker.
 *
 * <pre>
 * project:  a = RMSNorm(x); q, k, v = W a (+ b); [QK norm]; rotate q, k; store k, v
 * mix:      x += Wo attention(q, K, V); m = RMSNorm(x); x += Wdown (silu(Wgate m) * Wup m)
 * </pre>
 *
 * <p>Between them every chunk must have stored its keys and values: the only barrier of a layer.
 */
final class LayerPass {

  private final TransformerConfig c;
  private final Kernels kernels;
  private final RotaryTable rotary;
  private final Attention attention;
  private final int ldx;
  private final int ldqkv;
  private final int ldAttended;
  private final int ldGateUp;
  private final RowBlocks normed;
  private final RowBlocks heads;
  private final RowBlocks inner;
  private final float[] row;
  private final float[] qkv;
  private final float[] attended;
  private final float[] gateUp;
  private final float scale;

  LayerPass(TransformerConfig config, Kernels kernels, RotaryTable rotary, int ldx) {
    c = config;
    this.kernels = kernels;
    this.rotary = rotary;
    this.ldx = ldx;
    attention = new Attention(kernels, c.numHeads(), c.numKvHeads(), c.headDim());
    ldqkv = panels((c.numHeads() + 2 * c.numKvHeads()) * c.headDim());
    ldAttended = c.numHeads() * c.headDim();
    ldGateUp = panels(2 * c.intermediateSize());
    normed = new RowBlocks(RowSet.MAX_CHUNK, c.hiddenSize());
    heads = new RowBlocks(RowSet.MAX_CHUNK, ldAttended);
    inner = new RowBlocks(RowSet.MAX_CHUNK, c.intermediateSize());
    row = new float[c.hiddenSize()];
    qkv = new float[RowSet.MAX_CHUNK * ldqkv];
    attended = new float[RowSet.MAX_CHUNK * ldAttended];
    gateUp = new float[RowSet.MAX_CHUNK * ldGateUp];
    scale = (float) (1 / Math.sqrt(c.headDim()));
  }

  /** Rounds a width up to whole panels of packed weights. */
  static int panels(int width) {
    return Math.ceilDiv(width, MatrixKernel.PANEL) * MatrixKernel.PANEL;
  }

  /**
   * Runs the first half.
   *
   * @param rows rows of the forward call
   * @param from first row of the chunk
   * @param count rows of the chunk
   * @param positions rotary position per row
   * @param slots slot in {@code store} per row
   */
  void project(
      TransformerWeights.Layer layer,
      RowSet rows,
      int from,
      int count,
      int[] positions,
      int[] slots,
      KvStore store) {
    norm(rows.x, from * ldx, count, layer.attentionNorm(), normed);
    float[] bias = layer.qkvBias();
    if (bias != null) {
      for (int r = 0; r < count; r++) {
        System.arraycopy(bias, 0, qkv, r * ldqkv, bias.length);
      }
    }
    multiply(layer.qkv(), normed, count, qkv, 0, ldqkv, bias != null);
    int d = c.headDim();
    int keys = c.numHeads() * d;
    int values = keys + c.numKvHeads() * d;
    for (int r = 0; r < count; r++) {
      int row = from + r;
      int at = r * ldqkv;
      int to = row * rows.ldq();
      for (int h = 0; h < c.numHeads(); h++) {
        rotate(at + h * d, positions[row], layer.qNorm());
        kernels.row().scale(qkv, at + h * d, d, scale, rows.q, to + h * d);
      }
      for (int h = 0; h < c.numKvHeads(); h++) {
        rotate(at + keys + h * d, positions[row], layer.kNorm());
        store.putKey(h, slots[row], qkv, at + keys + h * d);
        store.putValue(h, slots[row], qkv, at + values + h * d);
      }
    }
  }

  private void rotate(int at, int position, float @Nullable [] norm) {
    RowKernel row = kernels.row();
    if (norm != null) {
      row.rmsNorm(qkv, at, c.headDim(), norm, c.rmsNormEps(), qkv, at);
    }
    int half = rotary.half();
    row.rotate(qkv, at, half, rotary.cos(), rotary.sin(), position * half);
  }

  /**
   * Runs the second half; {@code rows.x} is updated in place.
   *
   * @param base slot of the query's first key
   * @param mask hides keys by row of the chunk, or null
   */
  void mix(
      TransformerWeights.Layer layer,
      RowSet rows,
      int from,
      int count,
      KvStore store,
      int base,
      Attention.@Nullable Visibility mask) {
    attention.attend(
        rows.q,
        from * rows.ldq(),
        rows.ldq(),
        count,
        store,
        base,
        rows.visible,
        from,
        mask,
        attended,
        0,
        ldAttended);
    for (int r = 0; r < count; r++) {
      heads.set(r, attended, r * ldAttended);
    }
    multiply(layer.output(), heads, count, rows.x, from * ldx, ldx, true);
    norm(rows.x, from * ldx, count, layer.mlpNorm(), normed);
    multiply(layer.gateUp(), normed, count, gateUp, 0, ldGateUp, false);
    int width = c.intermediateSize();
    for (int r = 0; r < count; r++) {
      int at = r * ldGateUp;
      kernels.row().swiGlu(gateUp, at, gateUp, at + width, width);
      inner.set(r, gateUp, at);
    }
    multiply(layer.down(), inner, count, rows.x, from * ldx, ldx, true);
  }

  /** Normalises rows of the residual stream. */
  void norm(float[] x, int from, int count, float[] weight, RowBlocks out) {
    for (int r = 0; r < count; r++) {
      kernels.row().rmsNorm(x, from + r * ldx, c.hiddenSize(), weight, c.rmsNormEps(), row, 0);
      out.set(r, row, 0);
    }
  }

  private void multiply(
      PackedMatrix w, RowBlocks in, int count, float[] out, int to, int ldOut, boolean accumulate) {
    w.multiply(kernels.matrix(), in, count, out, to, ldOut, accumulate, 0, w.panels());
  }
}
