package org.unmask.model.pack;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.nn.PackedLayout;
import org.unmask.runtime.nn.PackedMatrix;
import org.unmask.weights.Checkpoint;

/**
 * How the weights of a model become packed matrices: in memory, or through a file that is mapped.
 *
 * <p>A file that is missing, of another checkpoint or damaged is written anew, in one pass with 32
 * MiB of buffer, and then mapped: the packed weights never exist twice. If it cannot be written,
 * the weights are packed in memory and the listener hears why.
 *
 * @param folder where pack files are kept; empty to pack in memory
 * @param leastBytes models of fewer packed bytes are packed in memory
 * @param listener hears of progress
 */
public record Packing(Optional<Path> folder, long leastBytes, PackListener listener) {

  /** Packed bytes from which a file is worth its disk space: 1 GiB. */
  public static final long BIG = 1L << 30;

  /** Returns packing in memory, in silence. */
  public static Packing inMemory() {
    return new Packing(Optional.empty(), BIG, PackListener.SILENT);
  }

  /**
   * Tells whether packed weights of so many bytes go through a file.
   *
   * @param packedBytes size of panels and scales
   */
  public boolean keeps(long packedBytes) {
    return folder.isPresent() && packedBytes >= leastBytes;
  }

  /**
   * Returns a little memory of the kind that the packed weights of a model will live in. Kernels
   * that have seen both kinds, mapped and not, are some 20 % slower for the rest of the process, so
   * whoever warms them up should use this.
   *
   * @param packedBytes about the size of the model's packed weights
   * @param size bytes wanted
   * @throws IOException if it is to be mapped and there is no room for a temporary file
   */
  public MemorySegment sample(long packedBytes, long size, Arena arena) throws IOException {
    if (!keeps(packedBytes)) {
      return arena.allocate(size, 64);
    }
    Path file = Files.createTempFile("unmask", ".sample");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(FileChannel.MapMode.READ_WRITE, 0, size, arena);
    } finally {
      if (!file.toFile().delete()) { // some systems refuse while it is mapped
        file.toFile().deleteOnExit();
      }
    }
  }

  /**
   * Packs the matrices of a model, or finds them packed.
   *
   * @param tag tells apart files of one checkpoint, such as the format's name
   * @return one packed matrix per plan, in order; memory lives as long as they are reachable
   * @throws IOException if the checkpoint cannot be read
   */
  public List<PackedMatrix> pack(
      Checkpoint checkpoint, String tag, List<MatrixPlan> plans, WorkerPool pool)
      throws IOException {
    long total = plans.stream().mapToLong(plan -> plan.layout().sizeBytes()).sum();
    if (keeps(total)) {
      PackKey key = PackKey.of(checkpoint, tag, plans, pool);
      Path file = folder.orElseThrow().resolve(key.fileName());
      try {
        return throughFile(file, new PackFile(key, plans, pool, listener), total);
      } catch (IOException e) {
        listener.note("packed weights are not kept: " + reason(e));
      }
    }
    return inMemory(plans, total, pool);
  }

  private List<PackedMatrix> throughFile(Path file, PackFile pack, long total) throws IOException {
    if (Files.exists(file)) {
      try {
        return pack.open(file, true);
      } catch (PackFile.UnfitException e) {
        listener.note(file + ": " + e.getMessage() + ", is made anew");
      }
    }
    Files.createDirectories(file.getParent());
    long free = Files.getFileStore(file.getParent()).getUsableSpace();
    if (free < total) {
      throw new IOException(
          "%s has %,d MB free, needs %,d; free some, or name another folder in UNMASK_CACHE"
              .formatted(file.getParent(), free >> 20, total >> 20));
    }
    // the lock file stays: were it deleted, two writers could hold locks on two files of its name
    Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = tryLock(channel)) {
      Path part = file.resolveSibling(file.getFileName() + ".part");
      try {
        pack.write(part);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
      listener.note("packed weights are kept in " + file + ", for the next start");
      return pack.open(file, false);
    } catch (PackFile.UnfitException e) {
      throw new IOException(file + " was changed by another process", e);
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) { // a thread of this process holds it
      lock = null;
    }
    if (lock == null) {
      throw new IOException("another process is writing them");
    }
    return lock;
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private List<PackedMatrix> inMemory(List<MatrixPlan> plans, long total, WorkerPool pool) {
    Arena arena = Arena.ofAuto();
    List<PackedMatrix> packed = new ArrayList<>();
    long done = 0;
    for (MatrixPlan plan : plans) {
      PackedLayout layout = plan.layout();
      MemorySegment panels = arena.allocate(layout.panels() * layout.panelBytes(), 64);
      float[] scales = new float[layout.panels() * layout.panelScales()];
      int step = PackFile.panelsPerChunk(layout);
      for (int from = 0; from < layout.panels(); from += step) {
        int to = Math.min(layout.panels(), from + step);
        layout.pack(
            plan.source(),
            from,
            to,
            pool,
            panels.asSlice(from * layout.panelBytes(), (to - from) * layout.panelBytes()),
            scales);
        done += (to - from) * (layout.panelBytes() + 4L * layout.panelScales());
        listener.progress(PackListener.Phase.PACK, done, total);
      }
      packed.add(PackedMatrix.of(layout, panels, scales));
    }
    return packed;
  }
}
