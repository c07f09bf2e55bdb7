package org.unmask.decode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Collects what one forward call does to a canvas, for a listener. */
final class StepRecorder {

  private record Commit(int token, double confidence) {}

  private final int promptLength;
  private final TreeMap<Integer, Commit> commits = new TreeMap<>();
  private final List<Integer> remaskedBefore = new ArrayList<>();
  private final List<Integer> remasked = new ArrayList<>();
  private final List<DecodeStep.Edit> edits = new ArrayList<>();
  private final Map<String, Object> details = new LinkedHashMap<>();

  StepRecorder(int promptLength) {
    this.promptLength = promptLength;
  }

  void commit(int position, int token, double confidence) {
    commits.put(position - promptLength, new Commit(token, confidence));
  }

  void remask(int position) {
    remasked.add(position - promptLength);
  }

  /** Marks the call: what was remasked so far was remasked before it. */
  void call() {
    remaskedBefore.addAll(remasked);
    remasked.clear();
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
            details);
    commits.clear();
    remaskedBefore.clear();
    remasked.clear();
    edits.clear();
    details.clear();
    return made;
  }
}
