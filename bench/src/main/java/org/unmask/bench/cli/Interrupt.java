package org.unmask.bench.cli;

/**
 * A request to stop early (ctrl-C or SIGTERM).
 *
 * <p>A shutdown hook raises it and gives the main thread a few seconds to put its results in order.
 * A command that looks at {@link #requested} itself says so with {@link #handled}; any other has
 * its thread interrupted, which ends decoding between two forward calls.
 */
class Interrupt {

  private static final long GRACE_MS = 10_000;

  private volatile boolean requested;
  private volatile boolean handled;

  /** Tells whether to stop. */
  boolean requested() {
    return requested;
  }

  /** Declares that the command asks {@link #requested} often and must not be interrupted. */
  void handled() {
    handled = true;
  }

  /** Makes the shutdown hook that raises this flag and waits for {@code worker} to finish. */
  Thread hook(Thread worker) {
    return new Thread(
        () -> {
          requested = true;
          if (!handled) {
            worker.interrupt();
          }
          try {
            worker.join(GRACE_MS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        },
        "unmask-interrupt");
  }
}
