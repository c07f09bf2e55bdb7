package org.unmask.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.unmask.model.Denoiser;
import org.unmask.model.Query;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.weights.Checkpoint;

/**
 * A warm forward call allocates nothing. Vectors are boxed until C2 has compiled the kernels, so
 * the test waits for the first call without allocation and fails if none comes.
 */
class AllocationTest {

  private static final int MOST_CALLS = 20_000;

  @Test
  @Timeout(240)
  void forward_warm_allocatesNothing() throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Checkpoint checkpoint = ShippedModels.open("unmask-qwen-ar-3m");
        WorkerPool pool = new WorkerPool(1)) {
      Denoiser denoiser = Transformer.load(checkpoint, pool).newDenoiser(Kernels.fastest(), pool);
      int[] ids = IntStream.range(0, 24).toArray();
      List<Query> queries =
          List.of(new Query().rows(ids, 0, 24).predict(IntStream.range(12, 24).toArray(), 12));
      long allocated = Long.MAX_VALUE;
      int calls = 0;
      for (; calls < MOST_CALLS && allocated > 0; calls++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        denoiser.forward(queries);
        allocated = threads.getCurrentThreadAllocatedBytes() - before;
      }
      assertThat(allocated).as("bytes allocated by call %d", calls).isZero();
    }
  }
}
