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
 * already scaled; the softmax sums visible keys by {@link RowKernel#expRows}; the output is fma
 * over keys ascending, then one product with 1 / sum (float32 division). A key that is not visible
 * has weight 0, so a mask never changes the bits of what it leaves visible.
 */
public final class Attention {

  /** Most rows handled together. */
  public static final int BLOCK = 60;

  private static final int PANEL = KvStore.PANEL;
  private static final int DEPTH = MatrixKernel.DEPTH;
  private static final int BLOCK_STRIDE = BLOCK * DEPTH;

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

  /** Scores in blocks of 256 keys: (key / 256, row, key mod 256). */
  private float[] scores = {};

  /** Where in the scores of a block the mask hides a key. */
  private int[] hidden = {};

  private final float[] mixed;
  private final float[] sums = new float[BLOCK];

  /** Makes scratch space for one worker. */
  public Attention(Kernels kernels, int numHeads, int numKvHeads, int headDim) {
    this.kernels = kernels;
    this.numHeads = numHeads;
    this.numKvHeads = numKvHeads;
    this.headDim = headDim;
    mixed = new float[BLOCK * Math.ceilDiv(headDim, PANEL) * PANEL];
  }

  /**
   * Returns the distance of two heads in the columns of queries: the next power of two, or multiple
   * of 256, so that the dimensions of a head follow each other in {@link RowBlocks}.
   */
  public static int headStride(int headDim) {
    return headDim > DEPTH
        ? Math.ceilDiv(headDim, DEPTH) * DEPTH
        : headDim == 1 ? 1 : 2 * Integer.highestOneBit(headDim - 1);
  }

  /**
   * Attends with a few query rows.
   *
   * @param q rotated and scaled queries, heads {@link #headStride} apart
   * @param q0 first query row
   * @param rows query rows
   * @param store keys and values
   * @param base slot of the first key, a multiple of 32
   * @param visible per row, keys [base, base + visible[r]) are visible, at least 1
   * @param visibleFrom index of row 0 in {@code visible}
   * @param mask hides some of these keys, or null
   * @param out receives the heads side by side, row r at {@code oo + r * ldo}
   * @param h0 first query head
   * @param h1 end of the query heads
   */
  public void attend(
      RowBlocks q,
      int q0,
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
    int blocks = Math.ceilDiv(keys, DEPTH);
    if (scores.length < blocks * BLOCK_STRIDE) {
      scores = new float[blocks * BLOCK_STRIDE];
    }
    int group = numHeads / numKvHeads;
    // few scores leave room in the first-level cache for the keys and values of small heads
    int block = keys <= DEPTH && headDim < 128 ? BLOCK / 2 : BLOCK;
    for (int from = 0; from < rows; from += block) {
      int count = Math.min(block, rows - from);
      int hiding = mask == null ? 0 : findHidden(mask, from, count, base, visible, visibleFrom);
      for (int h = h0; h < h1; h++) {
        score(q, q0 + from, h, count, store, h / group, base, keys);
        for (int i = 0; i < hiding; i++) {
          scores[hidden[i]] = Float.NEGATIVE_INFINITY;
        }
        kernels.row().expRows(scores, count, BLOCK_STRIDE, visible, visibleFrom + from, sums);
        zeroHidden(count, keys, visible, visibleFrom + from);
        mix(count, store, h / group, base, keys);
        for (int r = 0; r < count; r++) {
          sums[r] = 1f / sums[r];
        }
        int to = oo + from * ldo + h * headDim;
        kernels.row().scaleRows(mixed, store.paddedDim(), count, headDim, sums, out, to, ldo);
      }
    }
  }

  private void score(
      RowBlocks q, int q0, int h, int count, KvStore store, int kvHead, int base, int keys) {
    MatrixKernel matrix = kernels.matrix();
    int column = h * headStride(headDim);
    for (int key = 0; key < keys; key += PANEL) {
      int to = key / DEPTH * BLOCK_STRIDE + key % DEPTH;
      for (int d = 0; d < headDim; d += DEPTH) {
        int depth = Math.min(DEPTH, headDim - d);
        int panel = store.key(kvHead, base + key, d);
        for (int r = 0, n; r < count; r += n) {
          n = matrix.tile(count - r);
          int from = q.offset(q0 + r, column + d);
          matrix.multiply(
              n, q.data(), from, store.keys(), panel, depth, scores, to + r * DEPTH, DEPTH, d > 0);
        }
      }
    }
  }

  /** Finds the scores that a mask hides, once for all heads; returns how many there are. */
  private int findHidden(
      Visibility mask, int from, int count, int base, int[] visible, int visibleFrom) {
    int found = 0;
    for (int r = 0; r < count; r++) {
      int keys = visible[visibleFrom + from + r];
      if (hidden.length < found + keys) {
        hidden = Arrays.copyOf(hidden, 2 * (found + keys));
      }
      for (int key = 0; key < keys; key++) {
        if (!mask.sees(from + r, base + key)) {
          hidden[found++] = at(r, key);
        }
      }
    }
    return found;
  }

  /** Gives weight 0 to the keys that others of these rows see. */
  private void zeroHidden(int count, int keys, int[] visible, int visibleFrom) {
    for (int r = 0; r < count; r++) {
      for (int key = visible[visibleFrom + r]; key < keys; key++) {
        scores[at(r, key)] = 0f;
      }
    }
  }

  private static int at(int row, int key) {
    return key / DEPTH * BLOCK_STRIDE + row * DEPTH + key % DEPTH;
  }

  private void mix(int count, KvStore store, int kvHead, int base, int keys) {
    MatrixKernel matrix = kernels.matrix();
    int width = store.paddedDim();
    for (int d = 0; d < width; d += PANEL) {
      for (int key = 0; key < keys; key += DEPTH) {
        int depth = Math.min(DEPTH, keys - key);
        int panel = store.value(kvHead, base + key, d);
        for (int r = 0, n; r < count; r += n) {
          n = matrix.tile(count - r);
          int to = r * width + d;
          matrix.multiply(
              n, scores, at(r, key), store.values(), panel, depth, mixed, to, width, key > 0);
        }
      }
    }
  }
}
