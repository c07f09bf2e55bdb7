package org.unmask.gpu.cuda;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.unmask.gpu.Buffer;
import org.unmask.gpu.Step;
import org.unmask.gpu.Table;
import org.unmask.model.Predictions;
import org.unmask.model.Query;
import org.unmask.model.device.Precision;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.runtime.kernel.RowKernel;
import org.unmask.runtime.nn.HeadStatistics;

/**
 * From logits to predictions: chunks of the vocabulary are reduced on the device; they are merged
 * there too, or in exact mode on the host, which merges in the specified order. Rows drawn with
 * noise in exact mode bring their logits to the host, since the device's logarithm has other bits.
 */
final class Statistics {

  /** Launches a kernel. */
  @FunctionalInterface
  interface Launcher {
    void launch(String kernel, int gridX, int gridY, int block, int shared, Arguments given);
  }

  private static final int CELL = 16; // four floats
  private static final int NOISE = 24; // two doubles, two ints
  private static final int RESULT = 40; // five doubles
  private static final int BLOCK = 256;

  private final TransformerConfig c;
  private final boolean isExact;
  private final Driver driver;
  private final DeviceMemory memory;
  private final Launcher launcher;
  private final Arguments arguments;
  private final int chunks;
  private final HeadStatistics merge = new HeadStatistics();
  private final RowKernel rowKernel = org.unmask.runtime.kernel.Kernels.fastest().row();
  private final float[] sums = new float[2];
  private float[] row = {};

  private int rows;
  private @Nullable Memory device; // cells, noise, results, arg-max
  private MemorySegment host = MemorySegment.NULL;

  Statistics(
      TransformerConfig config,
      Precision precision,
      Driver driver,
      DeviceMemory memory,
      Launcher launcher,
      Arguments arguments) {
    c = config;
    isExact = precision == Precision.EXACT;
    this.driver = driver;
    this.memory = memory;
    this.launcher = launcher;
    this.arguments = arguments;
    chunks = Math.ceilDiv(config.vocabSize(), HeadStatistics.CHUNK);
  }

  /** Makes room for a step. */
  void ensure(Step step) {
    int needed = step.shape().predicted();
    if (needed <= rows) {
      return;
    }
    Memory old = device;
    if (old != null) {
      memory.free(old);
      driver.freeHost(host);
    }
    rows = needed;
    long bytes = (long) rows * (chunks * (long) (CELL + NOISE + 4) + RESULT);
    device = memory.allocate(Buffer.Kind.FLOAT, Math.ceilDiv(bytes, 4), "statistics", true);
    host = driver.allocateHost(isExact ? (long) rows * chunks * (CELL + 4) : (long) rows * RESULT);
  }

  private long cells() {
    return Objects.requireNonNull(device).address();
  }

  private long noise() {
    return cells() + (long) rows * chunks * CELL;
  }

  private long results() {
    return noise() + (long) rows * chunks * NOISE;
  }

  private long argMax() {
    return results() + (long) rows * RESULT;
  }

  /** Queues the reductions and the copy of their results to the host. */
  void queue(Step step, Buffer logits, long tables) {
    int predicted = step.shape().predicted();
    int pairs = step.shape().suppressed();
    if (pairs > 0) {
      Arguments given =
          arguments.begin().add(tables + step.offset(Table.SUPPRESSED)).add(pairs).add(logits);
      launcher.launch("suppress", Math.ceilDiv(pairs, BLOCK), 1, BLOCK, 0, given);
    }
    long temperatures = tables + step.offset(Table.TEMPERATURES);
    int total = predicted * chunks;
    Arguments given =
        arguments
            .begin()
            .add(logits)
            .add(temperatures)
            .add(tables + step.offset(Table.NOISE_KEYS))
            .add(chunks)
            .add(total)
            .add(cells())
            .add(argMax())
            .add(noise());
    launcher.launch("head_chunks", Math.ceilDiv(total * 16, BLOCK), 1, BLOCK, 0, given);
    if (isExact) {
      driver.copyOut(host, cells(), (long) total * CELL);
      driver.copyOut(host.asSlice((long) rows * chunks * CELL), argMax(), 4L * total);
      return;
    }
    given =
        arguments
            .begin()
            .add(cells())
            .add(argMax())
            .add(temperatures)
            .add(noise())
            .add(chunks)
            .add(results());
    launcher.launch("head_merge", predicted, 1, 32, 0, given);
    driver.copyOut(host, results(), (long) predicted * RESULT);
  }

  /** Waits and fills the predictions of the step's queries. */
  void finish(Step step, Buffer logits, long tables) {
    boolean isQueued = step.isPlain();
    int at = 0;
    for (Query query : step.queries()) {
      int count = query.predictedCount();
      boolean needsLogits = query.wantsLogits() || query.asks();
      query.predictions().reset(count, needsLogits ? c.vocabSize() : 0);
      if (needsLogits && count > 0) {
        download(logits, at, count, query.predictions().logits(), 0);
      }
      at += count;
    }
    if (step.predicted() == 0) {
      driver.synchronize();
      return;
    }
    if (!isQueued) {
      queue(step, logits, tables);
    }
    driver.synchronize();
    if (isExact) {
      merge.reset(step.predicted(), c.vocabSize());
    }
    at = 0;
    for (Query query : step.queries()) {
      for (int p = 0; p < query.predictedCount(); p++, at++) {
        if (isExact) {
          mergeRow(query, p, at, logits);
        } else {
          read(query.predictions(), p, at);
        }
        if (query.asked(p) >= 0) {
          query.predictions().setAskedFromLogits(p, query.asked(p), query.suppressed());
        }
      }
    }
  }

  private void read(Predictions predictions, int p, int at) {
    long from = (long) at * RESULT;
    double token = host.get(JAVA_DOUBLE, from);
    if (token < 0) {
      throw new ArithmeticException(
          "logits are not finite numbers; the weights are damaged or overflow the precision");
    }
    predictions.set(
        p,
        (int) token,
        host.get(JAVA_DOUBLE, from + 8),
        host.get(JAVA_DOUBLE, from + 16),
        host.get(JAVA_DOUBLE, from + 24),
        host.get(JAVA_DOUBLE, from + 32));
  }

  private void mergeRow(Query query, int p, int at, Buffer logits) {
    boolean isDrawn = query.temperature() > 0;
    if (isDrawn) {
      collect(query, p, at, logits);
    } else {
      long arg = (long) rows * chunks * CELL;
      for (int chunk = 0; chunk < chunks; chunk++) {
        long cell = (long) at * chunks + chunk;
        long from = cell * CELL;
        merge.put(
            at,
            chunk,
            host.get(JAVA_FLOAT, from),
            host.get(JAVA_FLOAT, from + 4),
            host.get(JAVA_FLOAT, from + 8),
            host.get(JAVA_FLOAT, from + 12),
            host.get(JAVA_INT, arg + 4 * cell));
      }
    }
    merge.merge(at, isDrawn);
    query
        .predictions()
        .set(p, merge.token(), merge.confidence(), merge.top(), merge.second(), merge.entropy());
  }

  private void collect(Query query, int p, int at, Buffer logits) {
    if (row.length < c.vocabSize()) {
      row = new float[c.vocabSize()];
    }
    download(logits, at, 1, row, 0);
    for (int chunk = 0; chunk < chunks; chunk++) {
      int first = chunk * HeadStatistics.CHUNK;
      int n = Math.min(HeadStatistics.CHUNK, c.vocabSize() - first);
      double temperature = query.temperature();
      merge.collect(rowKernel, at, chunk, row, first, n, temperature, query.noiseKey(p), sums);
    }
  }

  /** Copies logits of some rows, waiting for them. */
  void download(Buffer logits, int firstRow, int count, float[] to, int at) {
    long from = ((Memory) logits).address() + 4L * firstRow * c.vocabSize();
    memory.download(from, to, at, count * c.vocabSize());
  }

  /** Frees host memory; device memory goes with the rest. */
  void close() {
    if (host.byteSize() > 0) {
      driver.freeHost(host);
    }
  }
}
