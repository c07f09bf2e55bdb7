package org.unmask.model.transformer;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.unmask.runtime.exec.WorkerPool;

/**
 * Where the time of forward calls goes; see {@link Transformer#newDenoiser(
 * org.unmask.runtime.kernel.Kernels, WorkerPool, StepProfile)}. What no part counts is the layout
 * of rows, the embedding, the dispatch of tasks and waiting for other workers.
 */
public final class StepProfile {

  /** A group of operations. */
  public enum Part {
    /** The product with queries', keys' and values' weights. */
    QKV,
    /** Scores, softmax and the mix of values. */
    ATTENTION,
    /** The product that ends attention. */
    OUTPUT,
    /** The first products of the MLP. */
    GATE_UP,
    /** The last product of the MLP. */
    DOWN,
    /** Norms, rotation, storing keys and values, activations. */
    ROWS,
    /** The product with the vocabulary's weights, statistics included. */
    HEAD
  }

  private final Map<Part, LongAdder> nanos = new EnumMap<>(Part.class);

  /** Starts at zero. */
  public StepProfile() {
    for (Part part : Part.values()) {
      nanos.put(part, new LongAdder());
    }
  }

  /** Returns the time a part took, summed over workers, in nanoseconds. */
  public long nanos(Part part) {
    return nanos.get(part).sum();
  }

  /** Forgets what was counted. */
  public void reset() {
    nanos.values().forEach(LongAdder::reset);
  }

  /** Counts what passed since {@code begin}, by {@link System#nanoTime}. */
  void add(Part part, long begin) {
    nanos.get(part).add(System.nanoTime() - begin);
  }

  /** Returns a task that counts its time. */
  WorkerPool.Task timed(Part part, WorkerPool.Task task) {
    return (index, worker) -> {
      long begin = System.nanoTime();
      task.run(index, worker);
      add(part, begin);
    };
  }
}
