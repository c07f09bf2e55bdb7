package org.unmask.decode;

import org.unmask.model.Query;
import org.unmask.model.RowReuse;

/** Counts the forward calls of one sequence and their rows. */
final class Accounting {

  private int steps;
  private int prefill;
  private int store;
  private final Count main = new Count();
  private final Count auxiliary = new Count();
  private DecodeStep.Rows mainReported = main.rows();
  private DecodeStep.Rows auxiliaryReported = auxiliary.rows();
  private int drafted;
  private int accepted;

  /** Counts one call of the main network, a step of its own. */
  void main(DecodeStep.Kind kind, Query query) {
    steps++;
    switch (kind) {
      case PREFILL -> prefill++;
      case STORE -> store++;
      case DENOISE, VERIFY -> {}
    }
    second(query);
  }

  /** Counts another call of the main network within a step. */
  void second(Query query) {
    main.add(query);
  }

  /** Counts the rows of another query in the same call. */
  void more(Query query) {
    main.more(query);
  }

  /** Counts one call of the auxiliary network. */
  void auxiliary(Query query) {
    auxiliary.add(query);
  }

  /** Returns what was computed since the last time this was asked. */
  DecodeStep.Work work() {
    DecodeStep.Rows mainNow = main.rows();
    DecodeStep.Rows auxiliaryNow = auxiliary.rows();
    DecodeStep.Work work =
        new DecodeStep.Work(mainNow.since(mainReported), auxiliaryNow.since(auxiliaryReported));
    mainReported = mainNow;
    auxiliaryReported = auxiliaryNow;
    return work;
  }

  /** Counts a verified draft, and the passes of a small network that were no forward calls. */
  void draft(int size, int kept, int passes) {
    auxiliary.calls += passes;
    drafted += size;
    accepted += kept;
  }

  /** Returns how many calls of an auxiliary network there were. */
  int auxiliaryCalls() {
    return auxiliary.calls;
  }

  /** Returns how many steps there were, which number the steps from 0. */
  int steps() {
    return steps;
  }

  DecodeResult result(Canvas canvas, DecodeResources resources) {
    int[] ids = canvas.response();
    int kept = 0;
    while (kept < ids.length
        && ids[kept] != canvas.maskId()
        && !resources.endTokens().contains(ids[kept])) {
      kept++;
    }
    return new DecodeResult(
        ids,
        main.calls,
        auxiliary.calls,
        prefill,
        store,
        main.queryRows,
        main.keyRows,
        auxiliary.queryRows,
        ids.length - canvas.masks(0, canvas.length()),
        kept,
        drafted,
        accepted);
  }

  /** The calls of one network. */
  private static final class Count {
    private int calls;
    private long queryRows;
    private long keyRows;
    private long pairs;
    private long predictedRows;
    private long keptRows;

    void add(Query query) {
      calls++;
      more(query);
    }

    void more(Query query) {
      queryRows += query.rowCount();
      keyRows += query.keyCount();
      pairs += (long) query.rowCount() * query.keyCount();
      predictedRows += query.predictedCount();
      keptRows += kept(query);
    }

    DecodeStep.Rows rows() {
      return new DecodeStep.Rows(calls, queryRows, keyRows, pairs, predictedRows, keptRows);
    }

    private static int kept(Query query) {
      RowReuse reuse = query.reuse();
      if (reuse == null) {
        return 0;
      }
      int suffix = query.rowCount() - reuse.split();
      return (reuse.isFresh(0) ? 0 : reuse.split())
          + (reuse.isFresh(reuse.split()) ? 0 : suffix - reuse.count());
    }
  }
}
