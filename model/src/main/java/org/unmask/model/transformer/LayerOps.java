package org.unmask.model.transformer;

import org.jspecify.annotations.Nullable;
import org.unmask.runtime.cache.KvStore;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.kernel.RowKernel;
import org.unmask.runtime.nn.Attention;
import org.unmask.runtime.nn.PackedMatrix;
import org.unmask.runtime.nn.RotaryTable;
import org.unmask.runtime.nn.RowBlocks;

/**
 * The operations of a layer on one chunk of rows, with the scratch memory of one worker.
 *
 * <pre>
 * a = RMSNorm(x);  q, k, v = W a (+ b);  [QK norm];  rotate q, k;  store k, v
 * x += Wo attention(q, K, V);  m = RMSNorm(x);  x += Wdown (silu(Wgate m) * Wup m)
 *                                               or the experts of m, see ExpertPass
 * </pre>
 *
 * <p>Each operation may be restricted to a range of weight panels or heads; any split gives the
 * same bits.
 */
class LayerOps {

  private final TransformerConfig c;
  private final Kernels kernels;
  private final RotaryTable rotary;
  private final Attention attention;
  private final float[] normed;
  private final PackedMatrix.Scratch scratch = new PackedMatrix.Scratch();
  private final float scale;

  LayerOps(TransformerConfig config, Kernels kernels, RotaryTable rotary) {
    c = config;
    this.kernels = kernels;
    this.rotary = rotary;
    attention = new Attention(kernels, c.numHeads(), c.numKvHeads(), c.headDim());
    normed = new float[c.hiddenSize()];
    scale = (float) (1 / Math.sqrt(c.headDim()));
  }

  /** Normalises rows of the residual stream. */
  void norm(RowSet rows, int from, int count, float[] weight, RowBlocks out) {
    for (int r = 0; r < count; r++) {
      int at = (from + r) * rows.ldx();
      kernels.row().rmsNorm(rows.x, at, c.hiddenSize(), weight, c.rmsNormEps(), normed, 0);
      out.set(r, normed, 0);
    }
  }

  /** Normalises one row of the residual stream into {@code out}. */
  void norm(RowSet rows, int row, float[] weight, float[] out, int to) {
    int at = row * rows.ldx();
    kernels.row().rmsNorm(rows.x, at, c.hiddenSize(), weight, c.rmsNormEps(), out, to);
  }

  /** Projects queries, keys and values for the weight panels [p0, p1). */
  void qkv(TransformerWeights.Layer layer, Chunk chunk, int count, int p0, int p1) {
    float[] bias = layer.qkvBias();
    int first = p0 * PackedMatrix.PANEL;
    if (bias != null) {
      int width = p1 * PackedMatrix.PANEL - first;
      for (int r = 0; r < count; r++) {
        System.arraycopy(bias, first, chunk.qkv, r * chunk.ldQkv + first, width);
      }
    }
    multiply(layer.qkv(), chunk.normed, count, chunk.qkv, first, chunk.ldQkv, bias != null, p0, p1);
  }

  /**
   * Rotates queries and keys; keeps queries scaled in {@code rows.q}, stores keys and values.
   *
   * @param positions rotary position per row
   * @param slots slot in {@code store} per row
   */
  void rotate(
      TransformerWeights.Layer layer,
      Chunk chunk,
      RowSet rows,
      int from,
      int count,
      int[] positions,
      int[] slots,
      KvStore store) {
    int d = c.headDim();
    int keys = c.numHeads() * d;
    int values = keys + c.numKvHeads() * d;
    float[] qkv = chunk.qkv;
    for (int r = 0; r < count; r++) {
      int row = from + r;
      int at = r * chunk.ldQkv;
      rotateHeads(qkv, at, c.numHeads(), positions[row], layer.qNorm());
      for (int h = 0; h < c.numHeads(); h++) {
        int to = rows.q.offset(row, h * Attention.headStride(d));
        kernels.row().scale(qkv, at + h * d, d, scale, rows.q.data(), to);
      }
      rotateHeads(qkv, at + keys, c.numKvHeads(), positions[row], layer.kNorm());
      for (int h = 0; h < c.numKvHeads(); h++) {
        store.putKey(h, slots[row], qkv, at + keys + h * d);
        store.putValue(h, slots[row], qkv, at + values + h * d);
      }
    }
  }

  private void rotateHeads(float[] qkv, int at, int heads, int position, float @Nullable [] norm) {
    RowKernel row = kernels.row();
    int d = c.headDim();
    if (norm != null) {
      for (int h = 0; h < heads; h++) {
        row.rmsNorm(qkv, at + h * d, d, norm, c.rmsNormEps(), qkv, at + h * d);
      }
    }
    int half = rotary.half();
    row.rotate(qkv, at, heads, d, half, rotary.cos(), rotary.sin(), position * half);
  }

  /**
   * Attends with the heads [h0, h1) of all rows of a chunk.
   *
   * @param base slot of the query's first key
   * @param mask hides keys by row of the chunk, or null
   */
  void attend(
      Chunk chunk,
      RowSet rows,
      int from,
      int count,
      KvStore store,
      int base,
      Attention.@Nullable Visibility mask,
      int h0,
      int h1) {
    attention.attend(
        rows.q,
        from,
        count,
        store,
        base,
        rows.visible,
        from,
        mask,
        chunk.attended,
        0,
        chunk.ldAttended,
        h0,
        h1);
  }

  /** Makes the attention output ready to be multiplied. */
  void collectHeads(Chunk chunk, int count) {
    for (int r = 0; r < count; r++) {
      chunk.heads.set(r, chunk.attended, r * chunk.ldAttended);
    }
  }

  /** Adds the output projection to the residual stream, for the panels [p0, p1). */
  void output(
      TransformerWeights.Layer layer,
      Chunk chunk,
      RowSet rows,
      int from,
      int count,
      int p0,
      int p1) {
    addTo(rows, layer.output(), chunk.heads, from, count, p0, p1);
  }

  /** Computes gate and up projections, for the panels [p0, p1). */
  void gateUp(Mlp.Dense mlp, Chunk chunk, int count, int p0, int p1) {
    int first = p0 * PackedMatrix.PANEL;
    multiply(mlp.gateUp(), chunk.normed, count, chunk.gateUp, first, chunk.ldGateUp, false, p0, p1);
  }

  /** Gates the activations of the MLP. */
  void swiGlu(Mlp.Dense mlp, Chunk chunk, int count) {
    int width = mlp.width();
    for (int r = 0; r < count; r++) {
      int at = r * chunk.ldGateUp;
      kernels.row().swiGlu(chunk.gateUp, at, chunk.gateUp, at + width, width);
      chunk.inner.set(r, chunk.gateUp, at);
    }
  }

  /** Adds the down projection to the residual stream, for the panels [p0, p1). */
  void down(Mlp.Dense mlp, Chunk chunk, RowSet rows, int from, int count, int p0, int p1) {
    addTo(rows, mlp.down(), chunk.inner, from, count, p0, p1);
  }

  /** Writes the down projection of an expert's rows to {@code out}, {@code ldOut} apart. */
  void down(Mlp.Dense mlp, Chunk chunk, int count, float[] out, int to, int ldOut) {
    multiply(mlp.down(), chunk.inner, count, out, to, ldOut, false, 0, mlp.down().panels());
  }

  /** Computes the router logits of a chunk into {@code out.gateUp}. */
  void router(Mlp.Sparse mlp, Chunk chunk, int count, Chunk out) {
    PackedMatrix w = mlp.router();
    multiply(w, chunk.normed, count, out.gateUp, 0, out.ldGateUp, false, 0, w.panels());
  }

  private void addTo(
      RowSet rows, PackedMatrix w, RowBlocks in, int from, int count, int p0, int p1) {
    int to = from * rows.ldx() + p0 * PackedMatrix.PANEL;
    multiply(w, in, count, rows.x, to, rows.ldx(), true, p0, p1);
  }

  private void multiply(
      PackedMatrix w,
      RowBlocks in,
      int count,
      float[] out,
      int to,
      int ldOut,
      boolean accumulate,
      int p0,
      int p1) {
    w.multiply(kernels, in, count, out, to, ldOut, accumulate, p0, p1, scratch);
  }
}
