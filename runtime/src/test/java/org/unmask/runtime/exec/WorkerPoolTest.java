package org.unmask.runtime.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class WorkerPoolTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void run_manySteps_everyTaskOnce(int threads) {
    try (WorkerPool pool = new WorkerPool(threads)) {
      for (int count = 0; count < 200; count++) {
        AtomicIntegerArray seen = new AtomicIntegerArray(count);
        pool.run(
            count,
            (task, worker) -> {
              assertThat(worker).isBetween(0, threads - 1);
              seen.incrementAndGet(task);
            });
        for (int i = 0; i < count; i++) {
          assertThat(seen.get(i)).isEqualTo(1);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void run_taskThrows_callerGetsItAndPoolStaysUsable(int threads) {
    try (WorkerPool pool = new WorkerPool(threads)) {
      assertThatThrownBy(
              () ->
                  pool.run(
                      50,
                      (task, worker) -> {
                        if (task == 20) {
                          throw new IllegalArgumentException("task 20");
                        }
                      }))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("task 20");
      AtomicIntegerArray seen = new AtomicIntegerArray(9);
      pool.run(9, (task, worker) -> seen.incrementAndGet(task));
      assertThat(seen.toString()).isEqualTo("[1, 1, 1, 1, 1, 1, 1, 1, 1]");
    }
  }

  @Test
  void run_severalCallers_stepsDoNotMix() throws InterruptedException {
    try (WorkerPool pool = new WorkerPool(2)) {
      AtomicIntegerArray sums = new AtomicIntegerArray(3);
      Thread[] callers = new Thread[3];
      for (int c = 0; c < 3; c++) {
        int caller = c;
        callers[c] =
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int i = 0; i < 100; i++) {
                        pool.run(7, (task, worker) -> sums.incrementAndGet(caller));
                      }
                    });
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(sums.toString()).isEqualTo("[700, 700, 700]");
    }
  }

  @Test
  void run_afterIdlePark_wakesUp() throws InterruptedException {
    try (WorkerPool pool = new WorkerPool(2)) {
      AtomicIntegerArray seen = new AtomicIntegerArray(64);
      for (int i = 0; i < 5; i++) {
        Thread.sleep(20); // long enough for the workers to park
        pool.run(64, (task, worker) -> seen.incrementAndGet(task));
      }
      assertThat(seen.get(63)).isEqualTo(5);
    }
  }

  @Test
  void run_closed_fails() {
    WorkerPool pool = new WorkerPool(2);
    pool.close();
    assertThatThrownBy(() -> pool.run(2, (task, worker) -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }
}
