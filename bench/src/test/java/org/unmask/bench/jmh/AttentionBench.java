package org.unmask.bench.jmh;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.unmask.runtime.cache.KvStore;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.nn.Attention;
import org.unmask.runtime.nn.RowBlocks;

/** Bidirectional attention of 1024 columns of heads over packed keys and values, one thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(5)
@Warmup(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class AttentionBench {

  /** Head size. */
  @Param({"32", "64", "128"})
  public int headDim;

  /** Keys. */
  @Param({"256", "1024"})
  public int keys;

  /** Query rows: a block, or all. */
  @Param({"32", "256"})
  public int rows;

  private static final int WIDTH = 1024;

  private final float[] out = new float[WIDTH * 1024];
  private KvStore store;
  private Attention attention;
  private RowBlocks q;
  private int[] visible;

  /** Makes the operands. */
  @Setup
  public void makeOperands() {
    int heads = WIDTH / headDim;
    int stride = Attention.headStride(headDim);
    float[] values = Operands.floats(WIDTH * keys);
    q = new RowBlocks(keys, heads * stride);
    store = new KvStore(keys, heads, headDim);
    for (int row = 0; row < keys; row++) {
      float[] query = new float[heads * stride];
      for (int h = 0; h < heads; h++) {
        int at = row * WIDTH + h * headDim;
        store.putKey(h, row, values, at);
        store.putValue(h, row, values, at);
        System.arraycopy(values, at, query, h * stride, headDim);
      }
      q.set(row, query, 0);
    }
    attention = new Attention(Kernels.fastest(), heads, heads, headDim);
    visible = new int[rows];
    Arrays.fill(visible, keys);
  }

  /** All heads. */
  @Benchmark
  public float[] attend(Work work) {
    int heads = WIDTH / headDim;
    attention.attend(
        q, 0, Math.min(rows, keys), store, 0, visible, 0, null, out, 0, WIDTH, 0, heads);
    work.gflop += 4e-9 * Math.min(rows, keys) * keys * WIDTH;
    return out;
  }
}
