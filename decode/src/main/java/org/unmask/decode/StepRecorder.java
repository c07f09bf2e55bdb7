package org.unmask.decode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.unmask.model.Query;

/** Collects what one forward call does to a canvas, for a listener. */
final class StepRecorder {

  private record Commit(int token, double confidence) {}

  private final int promptLength;
  private final TreeMap<Integer, Commit> commits = new TreeMap<>();
  private final List<Integer> remaskedBefore = new ArrayList<>();
  private final List<Integer> remasked = new ArrayList<>();
  private final List<DecodeStep.Edit> edits = new ArrayList<>();
  private final Map<String, Object> details = new LinkedHashMap<>();
  private final boolean keepsPredictions;
  private @Nullable Query query;
  private @Nullable Staleness staleness;
  private DecodeStep.Work work = DecodeStep.Work.NONE;

  /**
   * Makes a recorder.
   *
   * @param promptLength where the response starts
   * @param keepsPredictions whether to keep what was predicted for every row
   */
  StepRecorder(int promptLength, boolean keepsPredictions) {
    this.promptLength = promptLength;
    this.keepsPredictions = keepsPredictions;
  }

  void commit(int position, int token, double confidence) {
    commits.put(position - promptLength, new Commit(token, confidence));
  }

  void remask(int position) {
    remasked.add(position - promptLength);
  }

  /** Marks the call: what was remasked so far was remasked before it. */
  void call(Query made) {
    query = keepsPredictions ? made : null;
    remaskedBefore.addAll(remasked);
    remasked.clear();
  }

  /** Marks a second call, whose predictions are mixed with the first one's. */
  void secondCall() {
    query = null;
  }

  void staleness(Staleness measured) {
    staleness = measured;
  }

  void work(DecodeStep.Work done) {
    work = done;
  }

  void edit(int position, int from, int to, double confidence) {
    edits.add(new DecodeStep.Edit(position - promptLength, from, to, confidence));
  }

  void detail(String name, Object value) {
    details.put(name, value);
  }

  /** Makes the step and starts the next one. */
  DecodeStep finish(int step, DecodeStep.Kind kind, int block, int offset, int length) {
    remaskedBefore.sort(null);
    remasked.sort(null);
    DecodeStep made =
        new DecodeStep(
            step,
            kind,
            commits.isEmpty() ? -1 : block,
            offset,
            length,
            List.copyOf(commits.keySet()),
            commits.values().stream().map(Commit::token).toList(),
            commits.values().stream().map(Commit::confidence).toList(),
            remaskedBefore,
            remasked,
            edits,
            details,
            work,
            query == null ? null : RowPredictions.of(query, promptLength),
            staleness);
    commits.clear();
    remaskedBefore.clear();
    remasked.clear();
    edits.clear();
    details.clear();
    return made;
  }
}
