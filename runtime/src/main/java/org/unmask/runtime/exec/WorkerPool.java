package org.unmask.runtime.exec;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Persistent threads for the short parallel steps of a forward pass.
 *
 * <p>The caller works too, as worker 0. Tasks are claimed one by one from a counter, so a core that
 * is taken away for a while costs only its share. Idle workers spin for a few microseconds and then
 * park. Which worker runs a task never influences a result.
 *
 * <p>Safe for several callers; their steps run one after the other. A step must not start another.
 */
public final class WorkerPool implements AutoCloseable {

  /** One parallel step. */
  @FunctionalInterface
  public interface Task {

    /**
     * Runs one task.
     *
     * @param index task number, from 0
     * @param worker running worker in [0, threads), to pick scratch memory
     */
    void run(int index, int worker);
  }

  /**
   * Pauses before an idle worker parks: some 200 microseconds, longer than the gaps of a forward.
   */
  private static final int WORKER_SPINS = 5_000;

  /** Pauses before the caller gives its core to a worker that may be waiting for one. */
  private static final int CALLER_SPINS = 500;

  private final Thread[] threads;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger busy = new AtomicInteger();
  private final AtomicIntegerArray parked;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile int step;
  private volatile boolean closed;
  private @Nullable Task task;
  private int tasks;

  /**
   * Starts the workers.
   *
   * @param threads worker count including the caller, at least 1
   */
  public WorkerPool(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, was " + threads);
    }
    this.threads = new Thread[threads - 1];
    parked = new AtomicIntegerArray(threads);
    for (int i = 1; i < threads; i++) {
      int worker = i;
      this.threads[i - 1] =
          Thread.ofPlatform().name("unmask-worker-" + i).daemon().start(() -> loop(worker));
    }
  }

  /** Returns the number of workers, the caller included. */
  public int threads() {
    return threads.length + 1;
  }

  /**
   * Runs tasks 0 to count - 1 and returns when all are done.
   *
   * @param count how many, at least 0
   * @throws IllegalStateException if the pool is closed
   * @throws RuntimeException the first exception a task threw, after all workers have stopped
   */
  public synchronized void run(int count, Task task) {
    if (closed) {
      throw new IllegalStateException("the worker pool is closed");
    }
    if (threads.length == 0 || count <= 1) {
      for (int i = 0; i < count; i++) {
        task.run(i, 0);
      }
      return;
    }
    this.task = task;
    tasks = count;
    next.set(0);
    busy.set(threads.length);
    step++; // publishes the fields above
    for (int i = 0; i < threads.length; i++) {
      if (parked.get(i + 1) != 0) {
        LockSupport.unpark(threads[i]);
      }
    }
    work(0);
    int spins = 0;
    while (busy.get() != 0) {
      if (++spins < CALLER_SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
    this.task = null;
    Throwable thrown = failure.getAndSet(null);
    switch (thrown) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(thrown);
    }
  }

  private void work(int worker) {
    Task body = task;
    int count = tasks;
    try {
      for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
        body.run(i, worker);
      }
    } catch (Throwable t) { // handed to the caller of run
      failure.compareAndSet(null, t);
      next.set(count);
    }
  }

  private void loop(int worker) {
    int seen = 0;
    while (!closed) {
      int spins = 0;
      while (step == seen && !closed) {
        if (spins < WORKER_SPINS) {
          spins++;
          Thread.onSpinWait();
        } else {
          parked.set(worker, 1);
          if (step == seen && !closed) {
            LockSupport.park(this);
          }
          parked.set(worker, 0);
        }
      }
      if (closed) {
        return;
      }
      seen = step;
      work(worker);
      busy.decrementAndGet();
    }
  }

  /** Stops the workers; a running step finishes first. */
  @Override
  public synchronized void close() {
    closed = true;
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
    }
  }
}
