package org.unmask.bench.sweep;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.unmask.tasks.metric.GrammarChecker;
import org.unmask.tasks.metric.Judges;
import org.unmask.tasks.parallelbench.Sample;
import org.unmask.tasks.parallelbench.Task;

/**
 * Scores outputs: at once where rules suffice, and by background threads where a grammar checker
 * must read them, so that decoding does not wait for it.
 *
 * <p>Each thread has a checker of its own. Outputs that wait are bounded: when there are too many,
 * {@link #score} waits.
 */
public final class Scorer implements AutoCloseable {

  private static final int MOST_WAITING = 512;

  private final @Nullable ThreadPoolExecutor threads;
  private final ThreadLocal<Judges> judges;
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();

  private Scorer(@Nullable ThreadPoolExecutor threads, Supplier<Judges> judges) {
    this.threads = threads;
    this.judges = ThreadLocal.withInitial(judges);
  }

  /** Returns a scorer of tasks that need no grammar checker. */
  public static Scorer rulesOnly() {
    return new Scorer(null, () -> Judges.NONE);
  }

  /**
   * Starts a scorer that has text read by grammar checkers.
   *
   * @param checkers makes one for each thread
   * @param threads how many, at least 1
   */
  public static Scorer withGrammar(Supplier<GrammarChecker> checkers, int threads) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            work -> {
              Thread thread = new Thread(work, "unmask-scorer");
              thread.setDaemon(true);
              return thread;
            },
            (work, full) -> put(full, work));
    return new Scorer(pool, () -> Judges.ofGrammar(checkers.get()));
  }

  private static void put(ThreadPoolExecutor pool, Runnable work) {
    try {
      pool.getQueue().put(work);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the grammar checker", e);
    }
  }

  /** Tells whether a task's scores need a grammar checker. */
  public static boolean needsGrammar(Task task) {
    return task.figureMetric().equals("grammar_score");
  }

  /**
   * Scores an output, now or later.
   *
   * @param task the task
   * @param sample a sample of it
   * @param output the model's text
   * @param sink receives the scores, maybe on another thread
   * @throws RuntimeException what scoring an earlier output, or its sink, has thrown
   */
  public void score(Task task, Sample sample, String output, Consumer<Map<String, Double>> sink) {
    rethrow();
    if (threads == null || !needsGrammar(task)) {
      sink.accept(task.score(sample, output));
      return;
    }
    threads.execute(
        () -> {
          try {
            if (failure.get() == null) {
              sink.accept(task.score(sample, output, judges.get()));
            }
          } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
          }
        });
  }

  /**
   * Ends the threads.
   *
   * @param unfinished whether what still waits is to be scored; otherwise it is dropped
   * @throws RuntimeException what scoring an output, or its sink, has thrown
   */
  public void finish(boolean unfinished) {
    if (threads != null) {
      if (unfinished) {
        threads.shutdown();
      } else {
        threads.getQueue().clear();
        threads.shutdown();
      }
      try {
        threads.awaitTermination(1, TimeUnit.DAYS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    rethrow();
  }

  private void rethrow() {
    Optional.ofNullable(failure.get())
        .ifPresent(
            e -> {
              throw e;
            });
  }

  /** Drops what still waits. */
  @Override
  public void close() {
    if (threads != null) {
      threads.shutdownNow();
    }
  }
}
