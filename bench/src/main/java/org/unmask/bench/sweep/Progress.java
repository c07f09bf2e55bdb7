package org.unmask.bench.sweep;

/** Told how far a run is. */
public interface Progress extends AutoCloseable {

  /**
   * Notes that samples are done.
   *
   * @param samples how many more
   */
  void advance(int samples);

  @Override
  void close();
}
