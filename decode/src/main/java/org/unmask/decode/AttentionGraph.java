package org.unmask.decode;

import java.util.ArrayList;
import java.util.List;

/**
 * Which positions depend on which, by attention, for DAWN (arXiv 2602.06953): query q depends on
 * key k if it gives it so much attention, except on itself and on sinks, keys that all queries
 * together give much.
 */
final class AttentionGraph {

  private final double sinkThreshold;
  private final double edgeThreshold;
  private float[] attention = {};
  private int length;
  private boolean[] isSink = {};

  /**
   * Makes an empty graph.
   *
   * @param sinkThreshold mean attention above which a key is a sink
   * @param edgeThreshold attention that makes a dependence
   */
  AttentionGraph(double sinkThreshold, double edgeThreshold) {
    this.sinkThreshold = sinkThreshold;
    this.edgeThreshold = edgeThreshold;
  }

  /** Reads the attention of a step, in which all rows of the canvas were fed. */
  void read(Step step) {
    length = step.canvas().length();
    attention = step.attention();
    if (isSink.length < length) {
      isSink = new boolean[length];
    }
    List<Integer> sinks = new ArrayList<>();
    for (int key = 0; key < length; key++) {
      double sum = 0;
      for (int query = 0; query < length; query++) {
        sum += attention[query * length + key];
      }
      isSink[key] = sum / length > sinkThreshold;
      if (isSink[key]) {
        sinks.add(step.relative(key));
      }
    }
    step.detail("sinks", sinks);
  }

  /** Tells whether row q depends on row k. */
  boolean depends(Step step, int q, int k) {
    int query = step.position(q);
    int key = step.position(k);
    double weight = isSink[key] || query == key ? 0 : attention[query * length + key];
    return weight >= edgeThreshold;
  }

  /** Tells whether one of two rows depends on the other. */
  boolean conflicts(Step step, int a, int b) {
    return depends(step, a, b) || depends(step, b, a);
  }
}
