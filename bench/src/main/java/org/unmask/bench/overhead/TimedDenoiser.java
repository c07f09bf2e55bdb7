package org.unmask.bench.overhead;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.unmask.model.DelegatingDenoiser;
import org.unmask.model.Denoiser;
import org.unmask.model.Query;

/** A network that times its forward calls and what happens between them. */
final class TimedDenoiser extends DelegatingDenoiser {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private int calls;
  private long inside;
  private long between;
  private long bytes;
  private long lastEnd;
  private long lastAllocated;

  TimedDenoiser(Denoiser network) {
    super(network);
  }

  void reset() {
    calls = 0;
    inside = 0;
    between = 0;
    bytes = 0;
  }

  int calls() {
    return calls;
  }

  /** Returns the nanoseconds inside forward calls. */
  long inside() {
    return inside;
  }

  /** Returns the nanoseconds from one forward call to the next, all of them together. */
  long between() {
    return between;
  }

  /** Returns what the calling thread allocated from one forward call to the next, in bytes. */
  long bytes() {
    return bytes;
  }

  @Override
  public void forward(List<Query> queries) {
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    long start = System.nanoTime();
    if (calls > 0) {
      between += start - lastEnd;
      bytes += allocated - lastAllocated;
    }
    super.forward(queries);
    calls++;
    lastAllocated = THREADS.getCurrentThreadAllocatedBytes();
    lastEnd = System.nanoTime();
    inside += lastEnd - start;
  }
}
