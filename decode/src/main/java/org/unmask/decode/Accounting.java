package org.unmask.decode;

import org.unmask.model.Query;

/** Counts the forward calls of one sequence and their rows. */
final class Accounting {

  private int calls;
  private int prefill;
  private int store;
  private int auxiliary;
  private long queryRows;
  private long keyRows;

  /** Counts one call of the main network. */
  void main(DecodeStep.Kind kind, Query query) {
    calls++;
    switch (kind) {
      case PREFILL -> prefill++;
      case STORE -> store++;
      case DENOISE, VERIFY -> {}
    }
    queryRows += query.rowCount();
    keyRows += query.keyCount();
  }

  /** Counts one call of the auxiliary network. */
  void auxiliary() {
    auxiliary++;
  }

  int calls() {
    return calls;
  }

  DecodeResult result(Canvas canvas, DecodeResources resources) {
    int[] ids = canvas.response();
    int kept = 0;
    while (kept < ids.length && !resources.endTokens().contains(ids[kept])) {
      kept++;
    }
    return new DecodeResult(
        ids, calls, auxiliary, prefill, store, queryRows, keyRows, ids.length, kept);
  }
}
