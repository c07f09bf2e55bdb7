package org.unmask.decode;

import org.unmask.model.Query;

/** Counts the forward calls of one sequence and their rows. */
final class Accounting {

  private int steps;
  private int calls;
  private int prefill;
  private int store;
  private int auxiliary;
  private long auxiliaryRows;
  private long queryRows;
  private long keyRows;
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
    calls++;
    queryRows += query.rowCount();
    keyRows += query.keyCount();
  }

  /** Counts the rows of another query in the same call. */
  void more(Query query) {
    queryRows += query.rowCount();
    keyRows += query.keyCount();
  }

  /** Counts one call of the auxiliary network. */
  void auxiliary(Query query) {
    auxiliary++;
    auxiliaryRows += query.rowCount();
  }

  /** Counts a verified draft, and the passes of a small network that were no forward calls. */
  void draft(int size, int kept, int passes) {
    auxiliary += passes;
    drafted += size;
    accepted += kept;
  }

  /** Returns how many calls of an auxiliary network there were. */
  int auxiliaryCalls() {
    return auxiliary;
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
        calls,
        auxiliary,
        prefill,
        store,
        queryRows,
        keyRows,
        auxiliaryRows,
        ids.length - canvas.masks(0, canvas.length()),
        kept,
        drafted,
        accepted);
  }
}
