package org.unmask.model.pack;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.nn.PackedLayout;
import org.unmask.runtime.nn.PackedMatrix;

/**
 * The file of packed matrices, little endian:
 *
 * <pre>
 *   0     magic, key (32 bytes), length of the file, CRC-32C of the table, CRC-32C of these 52 bytes
 *   4096  per matrix, each from a multiple of 4096: panels, scales
 *   end   table: CRC-32C of each chunk
 * </pre>
 *
 * A chunk is a run of whole panels of at most 32 MiB, or the scales of a matrix. Where everything
 * lies follows from the plans, which the key covers.
 */
final class PackFile {

  /** Says why a file is not to be used. */
  static final class UnfitException extends Exception {
    private static final long serialVersionUID = 1;

    UnfitException(String message) {
      super(message);
    }
  }

  private static final long MAGIC = 0x314b5041504b4d55L; // "UMKPAPK1"
  private static final int HEADER = 56;
  private static final int PAGE = 4096;
  private static final int CHUNK = 32 << 20;

  /** A piece of the file with a checksum of its own. */
  private record Chunk(long offset, long bytes) {}

  private final PackKey key;
  private final List<MatrixPlan> plans;
  private final WorkerPool pool;
  private final PackListener listener;
  private final long[] offsets;
  private final long end;
  private final List<Chunk> chunks = new ArrayList<>();

  PackFile(PackKey key, List<MatrixPlan> plans, WorkerPool pool, PackListener listener) {
    this.key = key;
    this.plans = plans;
    this.pool = pool;
    this.listener = listener;
    offsets = new long[plans.size()];
    long at = PAGE;
    for (int m = 0; m < offsets.length; m++) {
      PackedLayout layout = plans.get(m).layout();
      offsets[m] = at;
      int step = panelsPerChunk(layout);
      for (int from = 0; from < layout.panels(); from += step) {
        int count = Math.min(step, layout.panels() - from);
        chunks.add(new Chunk(at + from * layout.panelBytes(), count * layout.panelBytes()));
      }
      if (layout.panelScales() > 0) {
        chunks.add(new Chunk(at + scalesAt(layout), 4L * layout.panels() * layout.panelScales()));
      }
      at = Math.ceilDiv(at + layout.sizeBytes(), PAGE) * PAGE;
    }
    end = at;
  }

  static int panelsPerChunk(PackedLayout layout) {
    return (int) Math.max(1, CHUNK / layout.panelBytes());
  }

  private static long scalesAt(PackedLayout layout) {
    return layout.panels() * layout.panelBytes();
  }

  private long length() {
    return end + 4L * chunks.size();
  }

  /** Packs everything into a new file, chunk by chunk. */
  void write(Path file) throws IOException {
    long total = plans.stream().mapToLong(plan -> plan.layout().sizeBytes()).sum();
    long done = 0;
    int[] sums = new int[chunks.size()];
    int chunk = 0;
    try (Arena arena = Arena.ofShared();
        FileChannel channel =
            FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
      long most = chunks.stream().mapToLong(Chunk::bytes).max().orElse(PAGE);
      MemorySegment buffer = arena.allocate(Math.max(PAGE, most), 64);
      for (MatrixPlan plan : plans) {
        PackedLayout layout = plan.layout();
        float[] scales = new float[layout.panels() * layout.panelScales()];
        int step = panelsPerChunk(layout);
        for (int from = 0; from < layout.panels(); from += step) {
          int to = Math.min(layout.panels(), from + step);
          layout.pack(plan.source(), from, to, pool, buffer, scales);
          sums[chunk] = store(channel, buffer, chunks.get(chunk));
          chunk++;
          done += (to - from) * layout.panelBytes();
          listener.progress(PackListener.Phase.PACK, done, total);
        }
        if (scales.length > 0) {
          MemorySegment.copy(scales, 0, buffer, JAVA_FLOAT, 0, scales.length);
          sums[chunk] = store(channel, buffer, chunks.get(chunk));
          chunk++;
          done += 4L * scales.length;
        }
      }
      MemorySegment.copy(sums, 0, buffer, JAVA_INT, 0, sums.length);
      int tableSum = store(channel, buffer, new Chunk(end, 4L * sums.length));
      store(channel, header(buffer, tableSum), new Chunk(0, HEADER));
    }
  }

  private MemorySegment header(MemorySegment buffer, int tableSum) {
    buffer.set(JAVA_LONG, 0, MAGIC);
    MemorySegment.copy(key.hash(), 0, buffer, JAVA_BYTE, 8, 32);
    buffer.set(JAVA_LONG, 40, length());
    buffer.set(JAVA_INT, 48, tableSum);
    buffer.set(JAVA_INT, 52, crc(buffer.asSlice(0, HEADER - 4)));
    return buffer;
  }

  private static int store(FileChannel channel, MemorySegment from, Chunk chunk)
      throws IOException {
    MemorySegment bytes = from.asSlice(0, chunk.bytes);
    ByteBuffer buffer = bytes.asByteBuffer();
    long at = chunk.offset;
    while (buffer.hasRemaining()) {
      at += channel.write(buffer, at);
    }
    return crc(bytes);
  }

  private static int crc(MemorySegment bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.asByteBuffer());
    return (int) crc.getValue();
  }

  /**
   * Maps a file.
   *
   * @param check whether to read all of it and compare checksums
   * @throws UnfitException if it is of something else, or damaged
   */
  List<PackedMatrix> open(Path file, boolean check) throws IOException, UnfitException {
    MemorySegment all;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() < PAGE) {
        throw new UnfitException("is no pack file");
      }
      all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
    }
    checkHeader(all);
    if (check) {
      checkChunks(all);
    }
    List<PackedMatrix> matrices = new ArrayList<>();
    for (int m = 0; m < offsets.length; m++) {
      PackedLayout layout = plans.get(m).layout();
      float[] scales = new float[layout.panels() * layout.panelScales()];
      MemorySegment.copy(all, JAVA_FLOAT, offsets[m] + scalesAt(layout), scales, 0, scales.length);
      matrices.add(PackedMatrix.of(layout, all.asSlice(offsets[m], scalesAt(layout)), scales));
    }
    return matrices;
  }

  private void checkHeader(MemorySegment all) throws UnfitException {
    if (all.get(JAVA_LONG, 0) != MAGIC) {
      throw new UnfitException("is no pack file of this version");
    }
    if (all.get(JAVA_INT, 52) != crc(all.asSlice(0, HEADER - 4))) {
      throw new UnfitException("is damaged at its start");
    }
    byte[] hash = all.asSlice(8, 32).toArray(JAVA_BYTE);
    if (!Arrays.equals(hash, key.hash())) {
      throw new UnfitException("is of another state of the checkpoint or of Unmask");
    }
    if (all.byteSize() != length() || all.get(JAVA_LONG, 40) != length()) {
      throw new UnfitException("has %d bytes, should have %d".formatted(all.byteSize(), length()));
    }
    if (all.get(JAVA_INT, 48) != crc(all.asSlice(end))) {
      throw new UnfitException("is damaged at its end");
    }
  }

  private void checkChunks(MemorySegment all) throws UnfitException {
    AtomicLong damaged = new AtomicLong(-1);
    int batch = 2 * pool.threads();
    for (int from = 0; from < chunks.size(); from += batch) {
      int first = from;
      pool.run(
          Math.min(batch, chunks.size() - from),
          (i, worker) -> {
            Chunk chunk = chunks.get(first + i);
            int stored = all.get(JAVA_INT, end + 4L * (first + i));
            if (crc(all.asSlice(chunk.offset, chunk.bytes)) != stored) {
              damaged.set(chunk.offset);
            }
          });
      listener.progress(
          PackListener.Phase.CHECK,
          Math.min(end, chunks.get(Math.min(from + batch, chunks.size()) - 1).offset),
          end);
    }
    if (damaged.get() >= 0) {
      throw new UnfitException("is damaged near byte " + damaged.get());
    }
  }
}
