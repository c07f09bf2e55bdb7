package org.unmask.decode.speculative;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import org.unmask.model.Denoiser;
import org.unmask.model.KvCache;
import org.unmask.model.Query;

/**
 * What a verification pass of m rows costs, as a multiple of a pass of one row.
 *
 * <p>Nearly flat while weights stream from memory, nearly proportional once a machine is busy
 * computing: on a few cores that is after a handful of rows.
 *
 * @param relative cost by rows, index 0 unused; ascending
 */
public record RowCosts(double[] relative) {

  private static final int CONTEXT = 128;
  private static final int REPEATS = 9;

  /** Makes the costs non-decreasing. */
  public RowCosts {
    relative = relative.clone();
    for (int m = 2; m < relative.length; m++) {
      relative[m] = Math.max(relative[m], relative[m - 1]);
    }
  }

  /**
   * Times passes of a causal network behind a text of 128 tokens, the fastest of nine each.
   *
   * @param network causal
   * @param most rows up to which to measure, at least 1
   * @param clock nanoseconds
   */
  public static RowCosts measure(Denoiser network, int most, LongSupplier clock) {
    KvCache cache = network.newCache(CONTEXT + most);
    int[] ids = new int[CONTEXT + most];
    Arrays.setAll(ids, i -> (7 * i) % Math.min(64, network.vocabSize()));
    network.forward(List.of(new Query(cache).rows(ids, 0, CONTEXT).predict(new int[] {1}, 1)));
    int[] sizes = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64};
    int count = 1;
    while (count < sizes.length && sizes[count] <= most) {
      count++;
    }
    double[] ns = new double[count];
    Arrays.fill(ns, Double.POSITIVE_INFINITY);
    for (int repeat = 0; repeat < REPEATS; repeat++) {
      for (int i = 0; i < count; i++) {
        int[] rows = new int[sizes[i]];
        Arrays.setAll(rows, r -> r);
        Query query =
            new Query(cache)
                .rows(ids, CONTEXT, CONTEXT + sizes[i])
                .predict(rows, rows.length)
                .unshifted(true);
        long start = clock.getAsLong();
        network.forward(List.of(query));
        ns[i] = Math.min(ns[i], clock.getAsLong() - start);
      }
    }
    double[] relative = new double[sizes[count - 1] + 1];
    for (int m = 1, i = 0; m < relative.length; m++) {
      while (i + 1 < count && sizes[i + 1] <= m) {
        i++;
      }
      double share = i + 1 < count ? (double) (m - sizes[i]) / (sizes[i + 1] - sizes[i]) : 0;
      double between = i + 1 < count ? ns[i] + share * (ns[i + 1] - ns[i]) : ns[i];
      relative[m] = between / ns[0];
    }
    return new RowCosts(relative);
  }

  /** Returns the cost of a pass; beyond what was measured, in proportion. */
  public double of(int rows) {
    int last = relative.length - 1;
    return rows <= last ? relative[rows] : relative[last] * rows / last;
  }

  /**
   * Returns how many nodes of a draft give the most tokens per time.
   *
   * @param gains expected tokens that each node adds, in the draft's order
   * @return in [0, gains.length]
   */
  public int bestSize(double[] gains) {
    int best = 0;
    double tokens = 1;
    double rate = 1 / of(1);
    for (int m = 1; m <= gains.length; m++) {
      tokens += gains[m - 1];
      if (tokens / of(m + 1) > rate) {
        rate = tokens / of(m + 1);
        best = m;
      }
    }
    return best;
  }
}
