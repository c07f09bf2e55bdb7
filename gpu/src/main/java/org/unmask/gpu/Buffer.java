package org.unmask.gpu;

/** A stretch of device memory; each backend has its own kind. */
public interface Buffer {

  /** What a buffer's elements are. */
  enum Kind {
    /** Weights, keys, values and activations between operations: the precision's own type. */
    STORE,
    /** float32. */
    FLOAT
  }

  /** Returns what its elements are. */
  Kind kind();
}
