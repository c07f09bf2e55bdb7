package org.unmask.decode;

/** Stable sorting of indices by a score, without boxing. */
final class Sorting {

  private Sorting() {}

  /**
   * Sorts indices by descending score; equal scores keep their order.
   *
   * @param indices the first {@code count} are sorted
   * @param scores by index; no NaN
   */
  static void byScoreDescending(int[] indices, int count, double[] scores) {
    byScoreDescending(indices, count, scores, new int[count]);
  }

  /**
   * Sorts as the other form, without allocating.
   *
   * @param scratch at least {@code count} long
   */
  static void byScoreDescending(int[] indices, int count, double[] scores, int[] scratch) {
    int[] from = indices;
    int[] to = scratch;
    for (int width = 1; width < count; width *= 2) {
      for (int start = 0; start < count; start += 2 * width) {
        int middle = Math.min(start + width, count);
        merge(from, to, start, middle, Math.min(middle + width, count), scores);
      }
      int[] swap = from;
      from = to;
      to = swap;
    }
    if (from != indices) {
      System.arraycopy(from, 0, indices, 0, count);
    }
  }

  private static void merge(int[] from, int[] to, int start, int middle, int end, double[] scores) {
    int left = start;
    int right = middle;
    for (int i = start; i < end; i++) {
      boolean takeLeft =
          right >= end || (left < middle && scores[from[left]] >= scores[from[right]]);
      to[i] = takeLeft ? from[left++] : from[right++];
    }
  }
}
