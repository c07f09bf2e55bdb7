package org.unmask.gpu.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.unmask.gpu.Buffer;
import org.unmask.gpu.Step;
import org.unmask.model.Query;
import org.unmask.model.device.DeviceException;
import org.unmask.model.device.Precision;

/** Reserves and frees device memory, and carries data in and out of it. */
final class DeviceMemory implements AutoCloseable {

  /** Takes a piece that lies on the device. */
  @FunctionalInterface
  interface Piece {
    void accept(long address, long from, long bytes);
  }

  private static final long PIECE = 32L << 20;

  private final Driver driver;
  private final Precision precision;
  private final Runnable forget;
  private final Set<Long> held = new HashSet<>();
  private long total;

  private MemorySegment staging = MemorySegment.NULL;
  private long piece;
  private MemorySegment tables = MemorySegment.NULL;
  private long deviceTables;
  private long masks;
  private long maskBytes;
  private long means;
  private long meansBytes;

  /**
   * Makes an empty one.
   *
   * @param forget called before memory goes whose address recorded kernels may hold
   */
  DeviceMemory(Driver driver, Precision precision, Runnable forget) {
    this.driver = driver;
    this.precision = precision;
    this.forget = forget;
  }

  /** Returns the bytes of an element. */
  int size(Buffer.Kind kind) {
    return kind == Buffer.Kind.STORE && Kernels.isHalf(precision) ? 2 : 4;
  }

  Memory allocate(Buffer.Kind kind, long elements, String what, boolean isRecorded) {
    long bytes = elements * size(kind);
    return new Memory(kind, reserve(bytes, what), bytes, isRecorded);
  }

  void free(Memory memory) {
    if (memory.isRecorded()) {
      forget.run();
    }
    release(memory.address(), memory.bytes());
  }

  private long reserve(long bytes, String what) {
    long whole = Math.max(256, bytes);
    long address = driver.allocate(whole);
    if (address == 0) {
      throw new DeviceException(
          String.format(
              Locale.ROOT,
              "the GPU has no room for %s: %,d MB more are needed, %,d MB are free and %,d MB are"
                  + " held by this model; use --precision bf16, a shorter canvas or a smaller batch",
              what,
              whole >> 20,
              driver.freeMemory() >> 20,
              total >> 20));
    }
    driver.zero(address, whole);
    total += whole;
    held.add(address);
    return address;
  }

  private void release(long address, long bytes) {
    if (held.remove(address)) {
      driver.synchronize();
      driver.free(address);
      total -= Math.max(256, bytes);
    }
  }

  /** Copies host data to a part of a buffer. */
  void upload(Memory to, long at, MemorySegment source) {
    if (staging.byteSize() == 0) {
      staging = driver.allocateHost(PIECE);
    }
    for (long from = 0; from < source.byteSize(); from += PIECE) {
      long bytes = Math.min(PIECE, source.byteSize() - from);
      MemorySegment.copy(source, from, staging, 0, bytes);
      driver.copyIn(to.address() + at + from, staging, bytes);
      driver.synchronize();
    }
  }

  /** Brings host data to the device piece by piece. */
  void inPieces(MemorySegment source, Piece use) {
    if (staging.byteSize() == 0) {
      staging = driver.allocateHost(PIECE);
    }
    if (piece == 0) {
      piece = reserve(PIECE, "loading");
    }
    for (long from = 0; from < source.byteSize(); from += PIECE) {
      long bytes = Math.min(PIECE, source.byteSize() - from);
      MemorySegment.copy(source, from, staging, 0, bytes);
      driver.copyIn(piece, staging, bytes);
      use.accept(piece, from, bytes);
      driver.synchronize();
    }
  }

  /** Returns host memory for tables of so many bytes. */
  MemorySegment tables(long bytes) {
    if (tables.byteSize() < bytes) {
      forget.run();
      if (tables.byteSize() > 0) {
        release(deviceTables, tables.byteSize());
        driver.freeHost(tables);
      }
      long room = Math.max(1 << 16, 2 * bytes);
      deviceTables = reserve(room, "tables");
      tables = driver.allocateHost(room);
    }
    return tables;
  }

  /** Copies the tables to the device and returns where they lie. */
  long copyTables(long bytes) {
    driver.copyIn(deviceTables, tables, bytes);
    return deviceTables;
  }

  /** Copies mask bits to the device and returns where they lie. */
  long masks(int[] words, int count) {
    long bytes = 4L * count;
    if (maskBytes < bytes) {
      release(masks, maskBytes);
      masks = reserve(2 * bytes, "masks");
      maskBytes = 2 * bytes;
    }
    MemorySegment source = MemorySegment.ofArray(Arrays.copyOf(words, count));
    upload(new Memory(Buffer.Kind.FLOAT, masks, maskBytes, false), 0, source);
    return masks;
  }

  /** Returns so many zeros for averages of attention. */
  long means(long floats) {
    long bytes = 4 * floats;
    if (meansBytes < bytes) {
      release(means, meansBytes);
      means = reserve(bytes, "attention weights");
      meansBytes = bytes;
    } else {
      driver.zero(means, bytes);
    }
    return means;
  }

  /** Copies floats to the host, waiting for them. */
  void download(long from, float[] to, int at, int count) {
    if (staging.byteSize() == 0) {
      staging = driver.allocateHost(PIECE);
    }
    int most = (int) (PIECE / Float.BYTES);
    for (int done = 0; done < count; done += most) {
      int n = Math.min(most, count - done);
      driver.copyOut(staging, from + 4L * done, 4L * n);
      driver.synchronize();
      MemorySegment.copy(staging, ValueLayout.JAVA_FLOAT, 0, to, at + done, n);
    }
  }

  /** Hands the averages of attention to the queries that want them. */
  void downloadMeans(Step step) {
    int width = step.meansWidth();
    int row = 0;
    for (Query query : step.queries()) {
      if (query.attentionLayers() > 0) {
        float[] out = query.predictions().resetAttention(query.rowCount(), query.keyCount());
        for (int r = 0; r < query.rowCount(); r++) {
          long from = means + 4L * (row + r) * width;
          download(from, out, r * query.keyCount(), query.keyCount());
        }
      }
      row += query.rowCount();
    }
  }

  @Override
  public void close() {
    driver.synchronize();
    held.forEach(driver::free);
    held.clear();
    for (MemorySegment host : new MemorySegment[] {staging, tables}) {
      if (host.byteSize() > 0) {
        driver.freeHost(host);
      }
    }
  }
}
