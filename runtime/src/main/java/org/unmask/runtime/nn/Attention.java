package org.unmask.runtime.nn;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unmask.runtime.cache.KvStore;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.kernel.MatrixKernel;
import org.unmask.runtime.kernel.RowKernel;

/**
 * Scaled dot-product attention of some query rows over packed keys and values; exact softmax in two
 * passes over whole rows.
 *
 * <p>Bit-exact specification, per query row and head: scores by fma over the head size, queries
 * already scaled; the softmax sums visible keys by {@link RowKernel#expSum}; the output is fma over
 * keys ascending, then one product with 1 / sum (float32 division). A key that is not visible has
 * weight 0, so a mask never changes the bits of what it leaves visible.
 */
public final class Attention {

  /** Rows handled together. */
  public static final int BLOCK = 48;

  private static final int PANEL = KvStore.PANEL;

  /** Which keys a row sees beyond its leading run of visible keys. */
  @FunctionalInterface
  public interface Visibility {

    /**
     * Tells whether a row sees a key.
     *
     * @param row query row, counted from the first of the call
     * @param slot key slot
     */
    boolean sees(int row, int slot);
  }

  private final Kernels kernels;
  private final int numHeads;
  private final int numKvHeads;
  private final int headDim;
  private float[] scores = {};
  private final float[] mixed;
  private final float[] inverseSum = new float[BLOCK];

  /** Makes scratch space for one worker. */
  public Attention(Kernels kernels, int numHeads, int numKvHeads, int headDim) {
    this.kernels = kernels;
    this.numHeads = numHeads;
    this.numKvHeads = numKvHeads;
    this.headDim = headDim;
    mixed = new float[BLOCK * Math.ceilDiv(headDim, 16) * 16];
  }

  /**
   * Attends with a few query rows.
   *
   * @param q rotated and scaled queries, row r at {@code qo + r * ldq}, heads side by side
   * @param rows query rows
   * @param store keys and values
   * @param base slot of the first key
   * @param visible per row, keys [base, base + visible[r]) are visible, at least 1
   * @param visibleFrom index of row 0 in {@code visible}
   * @param mask hides some of these keys, or null
   * @param out receives the heads side by side, row r at {@code oo + r * ldo}
   * @param h0 first query head
   * @param h1 end of the query heads
   */
  public void attend(
      float[] q,
      int qo,
      int ldq,
      int rows,
      KvStore store,
      int base,
      int[] visible,
      int visibleFrom,
      @Nullable Visibility mask,
      float[] out,
      int oo,
      int ldo,
      int h0,
      int h1) {
    int keys = 0;
    for (int r = 0; r < rows; r++) {
      keys = Math.max(keys, visible[visibleFrom + r]);
    }
    int panels = Math.ceilDiv(keys, PANEL);
    int lds = panels * PANEL + 16;
    if (scores.length < BLOCK * lds) {
      scores = new float[BLOCK * lds];
    }
    int group = numHeads / numKvHeads;
    for (int from = 0; from < rows; from += BLOCK) {
      int count = Math.min(BLOCK, rows - from);
      for (int h = h0; h < h1; h++) {
        int kvHead = h / group;
        score(q, qo + from * ldq + h * headDim, ldq, count, store, kvHead, base, panels, lds);
        for (int r = 0; r < count; r++) {
          int seen = visible[visibleFrom + from + r];
          softmax(r, lds, seen, keys, mask, from + r, base);
        }
        mix(count, store, kvHead, base, keys, lds, out, oo + from * ldo + h * headDim, ldo);
      }
    }
  }

  private void score(
      float[] q,
      int qo,
      int ldq,
      int count,
      KvStore store,
      int head,
      int base,
      int panels,
      int lds) {
    MatrixKernel matrix = kernels.matrix();
    for (int p = 0; p < panels; p++) {
      int panel = store.keyPanel(head, base / PANEL + p);
      for (int r = 0, height; r < count; r += height) {
        height = matrix.tile(count - r);
        matrix.multiply(
            height,
            PANEL,
            q,
            qo + r * ldq,
            ldq,
            store.keys(),
            panel,
            PANEL,
            headDim,
            scores,
            r * lds + p * PANEL,
            lds,
            false);
      }
    }
  }

  private void softmax(
      int r, int lds, int seen, int keys, @Nullable Visibility mask, int row, int base) {
    RowKernel rowKernel = kernels.row();
    int at = r * lds;
    if (mask != null) {
      for (int j = 0; j < seen; j++) {
        if (!mask.sees(row, base + j)) {
          scores[at + j] = Float.NEGATIVE_INFINITY;
        }
      }
    }
    // keys up to a multiple of 16 count as hidden: they add zeros to the sum's lanes, whole vectors
    int whole = Math.ceilDiv(seen, 16) * 16;
    Arrays.fill(scores, at + seen, at + whole, Float.NEGATIVE_INFINITY);
    float max = rowKernel.max(scores, at, whole);
    inverseSum[r] = 1f / rowKernel.expSum(scores, at, whole, max);
    if (whole < keys) {
      Arrays.fill(scores, at + whole, at + keys, 0f);
    }
  }

  private void mix(
      int count,
      KvStore store,
      int head,
      int base,
      int keys,
      int lds,
      float[] out,
      int oo,
      int ldo) {
    int width = store.paddedDim();
    for (int r = 0, height; r < count; r += height) {
      height = kernels.matrix().tile(count - r);
      kernels
          .matrix()
          .multiply(
              height,
              width,
              scores,
              r * lds,
              lds,
              store.values(),
              store.value(head, base),
              width,
              keys,
              mixed,
              r * width,
              width,
              false);
    }
    for (int r = 0; r < count; r++) {
      kernels.row().scale(mixed, r * width, headDim, inverseSum[r], out, oo + r * ldo);
    }
  }
}
