package org.unmask.decode;

import org.jspecify.annotations.Nullable;
import org.unmask.model.AttentionMask;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * Measures {@link Staleness}: beside each call that reads a cache, asks the network for the same
 * predictions without one. The extra calls are not counted as the decoder's.
 */
final class StalenessMeter {

  private final Query exact = new Query();
  private final int suppressed;
  private int[] rows = {};
  private @Nullable Query measured;
  private Staleness sum = Staleness.NONE;

  StalenessMeter(int suppressed) {
    this.suppressed = suppressed;
  }

  /** Adds the exact call that belongs to a call, if that reads a cache. */
  void plan(Canvas canvas, Query query, Calls calls) {
    measured = null;
    boolean isWhole = query.keyCount() == query.rowCount() && query.reuse() == null;
    if (query.cache() == null || isWhole) {
      return;
    }
    int length = Math.min(query.keyCount(), canvas.length());
    if (!isSlice(canvas, query, length)) {
      sum = sum.plus(Staleness.UNMEASURED);
      return;
    }
    if (query.predictedCount() == 0) {
      return;
    }
    if (rows.length < query.predictedCount()) {
      rows = new int[canvas.length() + 1];
    }
    for (int i = 0; i < query.predictedCount(); i++) {
      rows[i] = RowPredictions.position(query, i);
    }
    exact.rows(canvas.tokens(), 0, length).predict(rows, query.predictedCount()).wantLogits(true);
    AttentionMask mask = query.mask();
    if (mask != null) {
      exact.mask(mask);
    }
    query.wantLogits(true);
    calls.main(exact);
    measured = query;
  }

  /** Tells whether rows, slots and tokens of a query are those of the canvas. */
  private static boolean isSlice(Canvas canvas, Query query, int length) {
    boolean is = !(query.mask() instanceof AttentionMask.Explicit);
    for (int row = 0; is && row < query.rowCount(); row++) {
      int position = query.position(row);
      is =
          position < length
              && query.slot(row) == position
              && query.id(row) == canvas.token(position);
    }
    return is;
  }

  /** Compares the call planned last, after it was made. */
  void measure() {
    if (measured == null) {
      return;
    }
    Predictions cached = measured.predictions();
    Predictions fresh = exact.predictions();
    int vocabSize = fresh.vocabSize();
    long flips = 0;
    double max = 0;
    double total = 0;
    for (int i = 0; i < fresh.count(); i++) {
      int from = i * vocabSize;
      flips +=
          best(cached.logits(), from, vocabSize) == best(fresh.logits(), from, vocabSize) ? 0 : 1;
      for (int v = 0; v < vocabSize; v++) {
        if (v != suppressed) {
          double error = Math.abs((double) cached.logits()[from + v] - fresh.logits()[from + v]);
          max = Math.max(max, error);
          total += error;
        }
      }
    }
    long compared = (long) fresh.count() * (suppressed < 0 ? vocabSize : vocabSize - 1);
    sum = sum.plus(new Staleness(1, 0, fresh.count(), flips, compared, max, total));
    measured = null;
  }

  /** Returns the arg-max of a row, lowest token on ties. */
  private int best(float[] logits, int from, int vocabSize) {
    int best = -1;
    for (int v = 0; v < vocabSize; v++) {
      if (v != suppressed && (best < 0 || logits[from + v] > logits[from + best])) {
        best = v;
      }
    }
    return best;
  }

  /** Returns what was measured since the last time this was asked. */
  Staleness take() {
    Staleness taken = sum;
    sum = Staleness.NONE;
    return taken;
  }
}
