package org.unmask.bench.cli;

import java.util.List;
import org.unmask.decode.trace.RecordedTrace;

/** Picks runs from a file of traces. */
final class TraceChoice {

  private TraceChoice() {}

  /**
   * Returns the i-th run.
   *
   * @throws IllegalArgumentException if there is none
   */
  static RecordedTrace of(List<RecordedTrace> traces, int i) {
    if (i < 0 || i >= traces.size()) {
      throw new IllegalArgumentException(
          "--trace " + i + " is not in the file, which has the runs 0 to " + (traces.size() - 1));
    }
    return traces.get(i);
  }
}
