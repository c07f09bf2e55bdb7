package org.unmask.bench.cli;

/**
 * A request to stop early (ctrl-C or SIGTERM), seen by long commands between two pieces of work.
 *
 * <p>A shutdown hook sets it and gives the main thread a few seconds to put its results in order.
 */
class Interrupt {

  private static final long GRACE_MS = 10_000;

  private volatile boolean requested;

  /** Tells whether to stop. */
  boolean requested() {
    return requested;
  }

  /** Asks for a stop. */
  void request() {
    requested = true;
  }

  /** Makes the shutdown hook that raises this flag and waits for {@code worker} to finish. */
  Thread hook(Thread worker) {
    return new Thread(
        () -> {
          request();
          try {
            worker.join(GRACE_MS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        },
        "unmask-interrupt");
  }
}
