package org.unmask.model.pack;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.nn.PackedLayout;
import org.unmask.runtime.nn.WeightFormat;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.safetensors.SafetensorsFile;

/**
 * What a pack file is of.
 *
 * @param fileName its name: one per checkpoint folder and format
 * @param hash SHA-256 over name, size, time of last change and header of each weights file; names,
 *     shapes and formats of the packed matrices; and a small matrix packed in each format, which
 *     changes when the layout does
 */
record PackKey(String fileName, byte[] hash) {

  private static final int LENGTH_BYTES = 8;

  static PackKey of(Checkpoint checkpoint, String tag, List<MatrixPlan> plans, WorkerPool pool)
      throws IOException {
    MessageDigest hash = sha256();
    for (SafetensorsFile file : checkpoint.files()) {
      Path path = file.path();
      update(
          hash,
          path.getFileName()
              + " "
              + file.byteSize()
              + " "
              + Files.getLastModifiedTime(path).toInstant());
      hash.update(headerHash(path));
    }
    Set<WeightFormat> formats = EnumSet.noneOf(WeightFormat.class);
    for (MatrixPlan plan : plans) {
      update(hash, plan.name() + " " + plan.layout());
      formats.add(plan.layout().format());
    }
    for (WeightFormat format : formats) {
      hash.update(sample(format, pool));
    }
    return new PackKey(fileName(checkpoint, tag), hash.digest());
  }

  private static String fileName(Checkpoint checkpoint, String tag) throws IOException {
    byte[] folder =
        sha256()
            .digest(checkpoint.folder().toRealPath().toString().getBytes(StandardCharsets.UTF_8));
    String name = checkpoint.name().replaceAll("[^A-Za-z0-9._-]", "_");
    return name.substring(0, Math.min(64, name.length()))
        + "-"
        + HexFormat.of().formatHex(folder, 0, 4)
        + "-"
        + tag.toLowerCase(Locale.ROOT)
        + ".pack";
  }

  private static byte[] headerHash(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        Arena arena = Arena.ofConfined()) {
      long header = // checked when the file was opened
          channel
              .map(FileChannel.MapMode.READ_ONLY, 0, LENGTH_BYTES, arena)
              .get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
      MessageDigest hash = sha256();
      hash.update(
          channel
              .map(FileChannel.MapMode.READ_ONLY, 0, LENGTH_BYTES + header, arena)
              .asByteBuffer());
      return hash.digest();
    }
  }

  /** Packs a small matrix and returns its bytes: a version number nobody can forget to change. */
  private static byte[] sample(WeightFormat format, WorkerPool pool) {
    PackedLayout layout = new PackedLayout(format, 70, 67);
    float[] scales = new float[layout.panels() * layout.panelScales()];
    try (Arena arena = Arena.ofShared()) {
      long bytes = layout.panels() * layout.panelBytes();
      MemorySegment panels = arena.allocate(bytes, 64);
      layout.pack(
          (row, out) -> {
            for (int k = 0; k < out.length; k++) {
              out[k] = (row * 31 + k * 17) % 101 / 64f - 0.75f;
            }
          },
          0,
          layout.panels(),
          pool,
          panels,
          scales);
      ByteBuffer all = ByteBuffer.allocate((int) bytes + 4 * scales.length);
      all.order(ByteOrder.LITTLE_ENDIAN).put(panels.asByteBuffer()).asFloatBuffer().put(scales);
      return all.array();
    }
  }

  private static void update(MessageDigest hash, String line) {
    hash.update((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
