package org.unmask.model.pack;

/** Hears how packing gets on. Called by the loading thread. */
public interface PackListener {

  /** What is being done. */
  enum Phase {
    /** Weights are read from the checkpoint and packed. */
    PACK,
    /** A pack file is read and checked. */
    CHECK
  }

  /** A listener that does nothing. */
  PackListener SILENT =
      new PackListener() {
        @Override
        public void progress(Phase phase, long done, long total) {}

        @Override
        public void note(String line) {}
      };

  /**
   * Some bytes are done.
   *
   * @param done bytes of packed weights so far, in [0, total]
   * @param total bytes of packed weights in the model
   */
  void progress(Phase phase, long done, long total);

  /**
   * Something a person should know, such as why nothing is kept.
   *
   * @param line one line without a period
   */
  void note(String line);
}
