package org.unmask.bench.learn;

import java.util.List;
import org.unmask.decode.FilterModel;
import org.unmask.decode.FilterRow;

/**
 * How a filter judges rows at an accept threshold.
 *
 * @param rows how many rows
 * @param loss mean binary cross entropy per position, nats
 * @param recall share accepted among the positions whose prediction is the answer's
 * @param falseAccepts share accepted among the positions whose prediction is not
 */
public record FilterScore(int rows, double loss, double recall, double falseAccepts) {

  /**
   * Judges rows.
   *
   * @param filter the filter
   * @param rows of blocks no longer than the filter's
   * @param threshold probability that accepts, strictly above
   */
  public static FilterScore of(FilterModel filter, List<FilterRow> rows, double threshold) {
    double loss = 0;
    long positions = 0;
    long[] seen = new long[2];
    long[] accepted = new long[2];
    for (FilterRow row : rows) {
      float[] logits = filter.logits(row.confidence(), row.confidence().length);
      for (int i = 0; i < row.confidence().length; i++) {
        double z = logits[i];
        int label = row.isCorrect()[i] ? 1 : 0;
        loss += Math.max(z, 0) - z * label + StrictMath.log1p(StrictMath.exp(-Math.abs(z)));
        seen[label]++;
        accepted[label] += 1 / (1 + StrictMath.exp(-z)) > threshold ? 1 : 0;
        positions++;
      }
    }
    return new FilterScore(
        rows.size(),
        positions == 0 ? 0 : loss / positions,
        share(accepted[1], seen[1]),
        share(accepted[0], seen[0]));
  }

  private static double share(long part, long all) {
    return all == 0 ? 0 : (double) part / all;
  }
}
