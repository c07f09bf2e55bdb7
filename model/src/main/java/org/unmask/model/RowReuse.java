package org.unmask.model;

import java.util.Arrays;

/**
 * Says which rows of a {@link Query} are computed anew, and which keep what every layer added to
 * them when they were last computed (dLLM-Cache, arXiv 2506.06295).
 *
 * <p>The rows fed are a prefix, the prompt, and a suffix, the response. Each is computed in full or
 * kept. Of a kept suffix, every layer computes the values anew and then some rows in full: those
 * whose values are least like the cached ones, by cosine. The first layer is always computed in
 * full for all rows.
 *
 * <p>Belongs to the queries of one cache. Its first call must compute all rows.
 */
public final class RowReuse {

  private static final int[] NONE = {};

  private int split;
  private boolean isPrefixFresh = true;
  private boolean isSuffixFresh = true;
  private int count;
  private int[][] chosen = {};

  /**
   * Plans the next call.
   *
   * @param split rows of the prefix, in [0, rows fed]
   * @param prefixFresh whether the prefix is computed in full
   * @param suffixFresh whether the suffix is
   * @param count rows of a kept suffix that each layer computes, in [0, rows of the suffix]
   */
  public RowReuse plan(int split, boolean prefixFresh, boolean suffixFresh, int count) {
    this.split = split;
    isPrefixFresh = prefixFresh;
    isSuffixFresh = suffixFresh;
    this.count = suffixFresh ? 0 : count;
    return this;
  }

  /** Returns how many rows the prefix has. */
  public int split() {
    return split;
  }

  /** Tells whether a row is computed in full at every layer. */
  public boolean isFresh(int row) {
    return row < split ? isPrefixFresh : isSuffixFresh;
  }

  /** Tells whether some row is not computed in full. */
  public boolean keepsRows() {
    return !isPrefixFresh || !isSuffixFresh;
  }

  /** Returns how many rows of the suffix each layer but the first chooses. */
  public int count() {
    return count;
  }

  /** Makes room for the rows that each layer chooses; called by denoisers. */
  public void reset(int layers) {
    if (chosen.length != layers || (layers > 1 && chosen[1].length != count)) {
      chosen = new int[layers][count];
      if (layers > 0) {
        chosen[0] = NONE;
      }
    }
  }

  /** Returns how many layers the last call had. */
  public int layers() {
    return chosen.length;
  }

  /** Returns the rows that a layer chose in the last call, ascending; the denoiser's own array. */
  public int[] chosen(int layer) {
    return chosen[layer];
  }

  @Override
  public String toString() {
    return "RowReuse[split="
        + split
        + ", prefixFresh="
        + isPrefixFresh
        + ", suffixFresh="
        + isSuffixFresh
        + ", count="
        + count
        + ", chosen="
        + Arrays.deepToString(chosen)
        + "]";
  }
}
