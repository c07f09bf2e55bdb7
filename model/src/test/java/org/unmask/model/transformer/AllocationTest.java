package org.unmask.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.unmask.model.Denoiser;
import org.unmask.model.KvCache;
import org.unmask.model.Query;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.nn.WeightFormat;
import org.unmask.weights.Checkpoint;

/**
 * A warm forward call allocates nothing. Vectors are boxed until C2 has compiled the kernels, so
 * the test waits for the first call without allocation and fails if none comes.
 */
class AllocationTest {

  private static final int MOST_CALLS = 20_000;

  @ParameterizedTest
  @EnumSource
  @Timeout(240)
  void forward_warm_allocatesNothing(WeightFormat format) throws IOException {
    try (Checkpoint checkpoint = ShippedModels.open("unmask-qwen-ar-3m");
        WorkerPool pool = new WorkerPool(1)) {
      Denoiser denoiser =
          Transformer.load(checkpoint, format, pool).newDenoiser(Kernels.fastest(), pool);
      int[] ids = IntStream.range(0, 24).toArray();
      int[] predicted = IntStream.range(12, 24).toArray();
      KvCache cache = denoiser.newCache(24);
      denoiser.forward(List.of(new Query(cache).rows(ids, 0, 24)));
      List<Query> whole = List.of(new Query().rows(ids, 0, 24).predict(predicted, 12));
      List<Query> block =
          List.of(new Query(cache).rows(ids, 12, 24).predict(IntStream.range(0, 12).toArray(), 12));
      assertAllocatesNothing("rows without a cache", denoiser, whole);
      assertAllocatesNothing("a block against cached rows", denoiser, block);
    }
  }

  private static void assertAllocatesNothing(String what, Denoiser denoiser, List<Query> queries) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    int calls = 0;
    for (; calls < MOST_CALLS && allocated > 0; calls++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      denoiser.forward(queries);
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    assertThat(allocated).as("bytes allocated by call %d of %s", calls, what).isZero();
  }
}
