package org.unmask.tornado;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmask.gpu.Step;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The tasks of a step, in order, cut into graphs: TornadoVM describes a graph in 8192 bytes, of
 * which a task takes 15 and 5 for each argument. Cuts are made where nothing but the residual
 * stream and attention averages are alive; they pass through the host.
 */
final class Recording {

  private static final int MOST = 80; // of at most 20 arguments, a few of which have so many

  /** Adds a task to a graph. */
  @FunctionalInterface
  interface Adder {
    void add(TaskGraph graph, String id);
  }

  /**
   * One task.
   *
   * @param items work-items in all, 0 for a library's task
   * @param group work-items of a group
   * @param arrays floats that it reads or writes
   */
  record Task(int items, int group, List<FloatArray> arrays, Adder adder) {}

  /**
   * The tasks of one graph.
   *
   * @param carried what the graph before hands over
   */
  record Part(List<Task> tasks, List<FloatArray> carried) {}

  /**
   * Statistics of chunks of the vocabulary.
   *
   * @param cells four floats a chunk
   * @param tokens arg-max of each chunk
   */
  record Chunks(FloatArray cells, IntArray tokens) {}

  /**
   * Attention averages.
   *
   * @param sums (rows, width)
   * @param scores scratch
   */
  record Means(FloatArray sums, FloatArray scores) {}

  private final List<Part> parts = new ArrayList<>();
  private final IntArray tables;
  private final IntArray masks;
  private final FloatArray angles;
  private final @Nullable Means means;
  private @Nullable FloatArray logits;
  private @Nullable Chunks chunks;

  /**
   * Makes room for what a step brings.
   *
   * @param maskWords room for the bits of explicit masks
   * @param angles cosines and sines of positions
   * @param heads heads of the model
   */
  Recording(Step step, int maskWords, FloatArray angles, int heads) {
    parts.add(new Part(new ArrayList<>(), List.of()));
    tables = TableArray.of(step);
    masks = new IntArray(Math.max(1, maskWords));
    this.angles = angles;
    int rows = step.shape().rows();
    int width = step.meansWidth();
    means =
        width == 0
            ? null
            : new Means(new FloatArray(rows * width), new FloatArray(rows * heads * (width + 1)));
  }

  List<Part> parts() {
    return parts;
  }

  IntArray tables() {
    return tables;
  }

  IntArray masks() {
    return masks;
  }

  FloatArray angles() {
    return angles;
  }

  @Nullable Means means() {
    return means;
  }

  @Nullable FloatArray logits() {
    return logits;
  }

  @Nullable Chunks chunks() {
    return chunks;
  }

  /** Names what the predictions are made of: logits, and unless they are asked for, statistics. */
  void predict(FloatArray logits, @Nullable Chunks chunks) {
    this.logits = logits;
    this.chunks = chunks;
  }

  /** Allows a cut here. */
  void cut(FloatArray alive) {
    if (parts.getLast().tasks.size() >= MOST) {
      List<FloatArray> carried = means == null ? List.of(alive) : List.of(alive, means.sums);
      parts.add(new Part(new ArrayList<>(), carried));
    }
  }

  /** Adds a kernel, a work-item for each of so many elements. */
  void elements(int elements, Adder adder, FloatArray... arrays) {
    groups(Math.ceilDiv(elements, 256), 256, adder, arrays);
  }

  /** Adds a kernel of so many groups. */
  void groups(int groups, int group, Adder adder, FloatArray... arrays) {
    parts.getLast().tasks.add(new Task(groups * group, group, List.of(arrays), adder));
  }

  /** Adds a library's task. */
  void library(Adder adder, FloatArray... arrays) {
    parts.getLast().tasks.add(new Task(0, 0, List.of(arrays), adder));
  }
}
