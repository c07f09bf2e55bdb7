package org.unmask.bench.load;

import java.lang.foreign.MemorySegment;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.unmask.model.Denoiser;
import org.unmask.model.Query;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.nn.WarmUp;
import org.unmask.runtime.nn.WeightFormat;

/**
 * Gets the code of a forward pass compiled: the kernels beside loading, the rest by small passes
 * once the model is there.
 */
public final class Warming {

  private static final long KERNEL_MILLIS = 300;
  private static final long PASS_NANOS = 250_000_000;
  private static final long QUIET_NANOS = 50_000_000;
  private static final int ROWS = 28;
  private static final int PREDICTED = 13;

  private final Kernels kernels;
  private final List<Thread> threads = new ArrayList<>();

  /** Prepares to warm up kernels. */
  public Warming(Kernels kernels) {
    this.kernels = kernels;
  }

  /** Starts with the kernels that do not depend on the model, unless that was done. */
  public void common() {
    if (threads.isEmpty()) {
      beside(() -> WarmUp.common(kernels, KERNEL_MILLIS));
    }
  }

  /**
   * Goes on with the products.
   *
   * @param sample {@link WarmUp#PANEL_BYTES} bytes of the kind of memory that weights will live in
   */
  public void weights(WeightFormat format, MemorySegment sample) {
    beside(() -> WarmUp.weights(kernels, format, sample, KERNEL_MILLIS));
  }

  private void beside(Runnable work) {
    threads.add(Thread.ofPlatform().daemon().start(work));
  }

  /** Waits for the kernels. */
  public void join() {
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the first steps are slower, nothing else
    }
  }

  /**
   * Repeats a small pass until the compiler has been idle for a while, a quarter of a second at
   * most.
   */
  public void passes(Denoiser denoiser) {
    int[] predicted = IntStream.range(ROWS - PREDICTED, ROWS).toArray();
    List<Query> pass =
        List.of(new Query().rows(new int[ROWS], 0, ROWS).predict(predicted, PREDICTED));
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    long begin = System.nanoTime();
    long busy = begin;
    long compiled = compiler.getTotalCompilationTime();
    for (long now = begin; now - busy < QUIET_NANOS && now - begin < PASS_NANOS; ) {
      denoiser.forward(pass);
      now = System.nanoTime();
      if (compiler.getTotalCompilationTime() != compiled) {
        compiled = compiler.getTotalCompilationTime();
        busy = now;
      }
    }
  }
}
