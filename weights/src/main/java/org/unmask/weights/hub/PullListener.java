package org.unmask.weights.hub;

/** Hears how a download gets on. Called by several threads at once. */
public interface PullListener {

  /** Hears nothing. */
  PullListener SILENT = new PullListener() {};

  /**
   * Files will be downloaded; called again when an index has named more.
   *
   * @param files how many
   * @param bytes their total size
   */
  default void planned(int files, long bytes) {}

  /**
   * Bytes of a file have come, or were there from an earlier run.
   *
   * @param file the file's name
   * @param bytes how many; negative if a file has to start over
   */
  default void advanced(String file, long bytes) {}

  /**
   * A request failed and will be tried again.
   *
   * @param file the file's name
   * @param reason one line
   */
  default void retrying(String file, String reason) {}

  /**
   * A file is complete and verified.
   *
   * @param file the file's name
   */
  default void finished(String file) {}
}
