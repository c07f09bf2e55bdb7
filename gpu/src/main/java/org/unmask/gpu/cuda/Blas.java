package org.unmask.gpu.cuda;

/**
 * Products of row-major matrices on the device; the seam at which tests put one that does nothing.
 */
interface Blas extends AutoCloseable {

  /** What the elements of a matrix are. */
  enum Type {
    FLOAT,
    BF16,
    F16
  }

  /**
   * Queues out = a w^T, or out += a w^T.
   *
   * @param a (rows, depth)
   * @param w (columns, depth)
   * @param out (rows, columns)
   * @param in type of a and w
   */
  void product(
      long a,
      long w,
      long out,
      int rows,
      int columns,
      int depth,
      Type in,
      Type result,
      boolean accumulate);

  @Override
  void close();
}
