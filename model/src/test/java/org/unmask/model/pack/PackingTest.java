package org.unmask.model.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.runtime.kernel.Kernels;
import org.unmask.runtime.nn.PackedLayout;
import org.unmask.runtime.nn.PackedMatrix;
import org.unmask.runtime.nn.RowBlocks;
import org.unmask.runtime.nn.WeightFormat;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.safetensors.Dtype;
import org.unmask.weights.safetensors.SafetensorsWriter;
import org.unmask.weights.safetensors.Tensor;

/** Pack files are either right or not used, whatever happens to them. */
class PackingTest implements PackListener {

  @TempDir Path temp;

  private final List<String> notes = new ArrayList<>();
  private final List<Phase> phases = new ArrayList<>();
  private final AtomicInteger rowsRead = new AtomicInteger();
  private final WorkerPool pool = new WorkerPool(2);
  private Path weights = Path.of("");
  private Path cache = Path.of("");

  @BeforeEach
  void writeCheckpoint() throws IOException {
    Path folder = Files.createDirectory(temp.resolve("a model"));
    cache = temp.resolve("cache");
    weights = folder.resolve("model.safetensors");
    Files.writeString(folder.resolve("config.json"), "{}");
    SafetensorsWriter.write(
        weights,
        List.of(new Tensor("w", Dtype.F32, new long[] {4}, MemorySegment.ofArray(new byte[16]))),
        Map.of());
  }

  @AfterEach
  void closePool() {
    pool.close();
  }

  @Override
  public synchronized void progress(Phase phase, long done, long total) {
    assertThat(done).isBetween(0L, total);
    phases.add(phase);
  }

  @Override
  public synchronized void note(String line) {
    notes.add(line);
  }

  @Test
  void pack_secondTime_mapsTheFileAndReadsNoWeights() throws IOException {
    List<MatrixPlan> plans = plans(1);
    int rows = plans.stream().mapToInt(plan -> plan.layout().outputs()).sum();
    int[] expected = bits(plans, inMemory(plans));
    assertThat(rowsRead.getAndSet(0)).isEqualTo(rows);

    assertThat(bits(plans, pack(plans))).isEqualTo(expected);
    assertThat(rowsRead.getAndSet(0)).as("each row is read once").isEqualTo(rows);
    assertThat(notes).singleElement().asString().contains("kept in", "a_model-", "-mixed.pack");
    assertThat(phases).containsOnly(Phase.PACK);

    phases.clear();
    assertThat(bits(plans, pack(plans))).isEqualTo(expected);
    assertThat(rowsRead.get()).isZero();
    assertThat(phases).containsOnly(Phase.CHECK);
    assertThat(notes).hasSize(1);
  }

  @Test
  void pack_matrixOfSeveralChunks_givesTheSameBits() throws IOException {
    PackedLayout layout = new PackedLayout(WeightFormat.INT8, 70, 600_000); // 3 panels of 19 MB
    List<MatrixPlan> plans =
        List.of(
            new MatrixPlan(
                "large",
                layout,
                (row, out) -> {
                  for (int k = 0; k < out.length; k++) {
                    out[k] = (row * 31 + k * 17) % 1009;
                  }
                }));
    int[] expected = bits(plans, inMemory(plans));
    assertThat(bits(plans, pack(plans))).isEqualTo(expected);
    assertThat(bits(plans, pack(plans))).isEqualTo(expected);
    assertThat(phases).contains(Phase.CHECK);
  }

  @Test
  void pack_smallModel_leavesNoFile() throws IOException {
    List<MatrixPlan> plans = plans(1);
    try (Checkpoint checkpoint = Checkpoint.open(weights.getParent())) {
      new Packing(Optional.of(cache), Packing.BIG, this).pack(checkpoint, "mixed", plans, pool);
    }
    assertThat(cache).doesNotExist();
  }

  @Test
  void pack_damagedAnywhere_isMadeAnew() throws IOException {
    List<MatrixPlan> plans = plans(1);
    int[] expected = bits(plans, pack(plans));
    Path file = file();
    byte[] good = Files.readAllBytes(file);
    long seed = 20261122;
    SplittableRandom random = new SplittableRandom(seed);
    for (int trial = 0; trial < 60; trial++) {
      byte[] bad = good.clone();
      int at =
          switch (trial % 3) {
            case 0 -> random.nextInt(56); // the header
            case 1 -> bad.length - 1 - random.nextInt(20); // the table
            default -> dataByte(plans, random);
          };
      bad[at] ^= (byte) (1 << random.nextInt(8));
      assertIsMadeAnew(plans, bad, expected, good, "bit of byte " + at + ", seed " + seed);
    }
    for (int length : new int[] {0, 1, 55, 4095, 4096, good.length / 2, good.length - 1}) {
      byte[] bad = Arrays.copyOf(good, length);
      assertIsMadeAnew(plans, bad, expected, good, "cut to " + length);
    }
    byte[] longer = Arrays.copyOf(good, good.length + 4);
    assertIsMadeAnew(plans, longer, expected, good, "longer");
  }

  private void assertIsMadeAnew(
      List<MatrixPlan> plans, byte[] bad, int[] expected, byte[] good, String how)
      throws IOException {
    Files.delete(file()); // a new file: the old one may still be mapped
    Files.write(file(), bad);
    notes.clear();
    assertThat(bits(plans, pack(plans))).as(how).isEqualTo(expected);
    assertThat(notes).as(how).hasSize(2);
    assertThat(notes.getFirst()).as(how).contains("made anew");
    assertThat(Files.readAllBytes(file())).as(how).isEqualTo(good);
  }

  @Test
  void pack_checkpointOrPlanChanged_isMadeAnew() throws IOException {
    pack(plans(1));
    FileTime time = Files.getLastModifiedTime(weights);
    Files.setLastModifiedTime(weights, FileTime.fromMillis(time.toMillis() + 1000));
    assertMakesAnew(plans(1));
    Files.setLastModifiedTime(weights, time);
    byte[] bytes = Files.readAllBytes(weights);
    String header = new String(bytes, StandardCharsets.ISO_8859_1);
    bytes[header.indexOf("\"w\"") + 1] = 'v'; // a tensor renamed in place: same size, same time
    Files.write(weights, bytes);
    Files.setLastModifiedTime(weights, time);
    assertMakesAnew(plans(1));
    List<MatrixPlan> renamed = new ArrayList<>(plans(1));
    MatrixPlan first = renamed.getFirst();
    renamed.set(0, new MatrixPlan("other", first.layout(), first.source()));
    assertMakesAnew(renamed);
    assertMakesAnew(renamed.subList(0, 3));
  }

  private void assertMakesAnew(List<MatrixPlan> plans) throws IOException {
    notes.clear();
    int[] expected = bits(plans, inMemory(plans));
    assertThat(bits(plans, pack(plans))).isEqualTo(expected);
    assertThat(notes.getFirst()).contains("is of another state of the checkpoint", "made anew");
    notes.clear();
    assertThat(bits(plans, pack(plans))).isEqualTo(expected);
    assertThat(notes).isEmpty();
  }

  @Test
  void pack_bySeveralAtOnce_allGetTheRightBits() throws Exception {
    List<MatrixPlan> plans = plans(1);
    int[] expected = bits(plans, inMemory(plans));
    for (int round = 0; round < 5; round++) {
      if (Files.exists(cache)) {
        Files.delete(file());
      }
      try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
        Callable<int[]> task =
            () -> {
              try (WorkerPool own = new WorkerPool(1)) {
                return bits(plans, pack(plans, own));
              }
            };
        for (Future<int[]> result : threads.invokeAll(List.of(task, task, task, task))) {
          assertThat(result.get()).isEqualTo(expected);
        }
      }
      assertThat(file()).exists();
      assertThat(file(".part")).doesNotExist();
    }
  }

  @Test
  void pack_otherWriterAtWork_packsInMemory() throws IOException {
    List<MatrixPlan> plans = plans(1);
    int[] expected = bits(plans, pack(plans));
    Files.delete(file());
    notes.clear();
    try (FileChannel lock = FileChannel.open(file(".lock"), StandardOpenOption.WRITE)) {
      assertThat(lock.lock().isValid()).isTrue();
      assertThat(bits(plans, pack(plans))).isEqualTo(expected);
    }
    assertThat(notes)
        .containsExactly("packed weights are not kept: another process is writing them");
    assertThat(file()).doesNotExist();
  }

  @Test
  void pack_diskFull_packsInMemoryAndLeavesNothing() throws IOException {
    Path full = Path.of("/dev/full"); // every write to it says that the disk is full
    assumeTrue(Files.exists(full), "no /dev/full here");
    List<MatrixPlan> plans = plans(1);
    int[] expected = bits(plans, pack(plans));
    Files.delete(file());
    Files.createSymbolicLink(file(".part"), full);
    notes.clear();
    assertThat(bits(plans, pack(plans))).isEqualTo(expected);
    assertThat(notes).singleElement().asString().contains("not kept", "No space left on device");
    try (Stream<Path> left = Files.list(cache)) {
      assertThat(left).containsExactly(file(".lock"));
    }
  }

  @Test
  void pack_leftoverOfACrash_isOverwritten() throws IOException {
    List<MatrixPlan> plans = plans(1);
    int[] expected = bits(plans, pack(plans));
    byte[] good = Files.readAllBytes(file());
    Files.delete(file());
    byte[] junk = new byte[good.length + 12345];
    new SplittableRandom(3).nextBytes(junk);
    Files.write(file(".part"), junk);
    assertThat(bits(plans, pack(plans))).isEqualTo(expected);
    assertThat(Files.readAllBytes(file())).isEqualTo(good);
  }

  @Test
  void pack_folderCannotBeMade_packsInMemory() throws IOException {
    Files.writeString(cache, "a file in the way");
    List<MatrixPlan> plans = plans(1);
    assertThat(bits(plans, pack(plans))).isEqualTo(bits(plans, inMemory(plans)));
    assertThat(notes).singleElement().asString().startsWith("packed weights are not kept: ");
  }

  private List<PackedMatrix> pack(List<MatrixPlan> plans) throws IOException {
    return pack(plans, pool);
  }

  private List<PackedMatrix> pack(List<MatrixPlan> plans, WorkerPool pool) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(weights.getParent())) {
      return new Packing(Optional.of(cache), 0, this).pack(checkpoint, "MIXED", plans, pool);
    }
  }

  private List<PackedMatrix> inMemory(List<MatrixPlan> plans) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(weights.getParent())) {
      return Packing.inMemory().pack(checkpoint, "MIXED", plans, pool);
    }
  }

  /** One matrix of each format. */
  private List<MatrixPlan> plans(long seed) {
    List<MatrixPlan> plans = new ArrayList<>();
    for (WeightFormat format : WeightFormat.values()) {
      PackedLayout layout = new PackedLayout(format, 70, format == WeightFormat.F32 ? 333 : 65);
      plans.add(
          new MatrixPlan(
              format + ".weight",
              layout,
              (row, out) -> {
                rowsRead.incrementAndGet();
                SplittableRandom random = new SplittableRandom(seed * 1000 + row);
                for (int k = 0; k < layout.inputs(); k++) {
                  out[k] = (float) random.nextGaussian();
                }
              }));
    }
    return plans;
  }

  private static int dataByte(List<MatrixPlan> plans, SplittableRandom random) {
    long at = 4096;
    int matrix = random.nextInt(plans.size());
    for (int m = 0; m < matrix; m++) {
      at = Math.ceilDiv(at + plans.get(m).layout().sizeBytes(), 4096) * 4096;
    }
    return (int) at + random.nextInt((int) plans.get(matrix).layout().sizeBytes());
  }

  private Path file(String... suffix) throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      String lock =
          files
              .map(Path::toString)
              .filter(name -> name.endsWith(".lock"))
              .findFirst()
              .orElseThrow();
      return Path.of(lock.substring(0, lock.length() - 5) + String.join("", suffix));
    }
  }

  /** The bits of a product with each matrix. */
  private static int[] bits(List<MatrixPlan> plans, List<PackedMatrix> matrices) {
    ByteBuffer all = ByteBuffer.allocate(1 << 16);
    for (int m = 0; m < matrices.size(); m++) {
      PackedLayout layout = plans.get(m).layout();
      RowBlocks x = new RowBlocks(2, layout.inputs());
      float[] row = new float[layout.inputs()];
      SplittableRandom random = new SplittableRandom(m);
      for (int r = 0; r < 2; r++) {
        for (int k = 0; k < row.length; k++) {
          row[k] = (float) random.nextGaussian();
        }
        x.set(r, row, 0);
      }
      int width = layout.panels() * PackedMatrix.PANEL;
      float[] y = new float[2 * width];
      matrices
          .get(m)
          .multiply(
              Kernels.scalar(),
              x,
              2,
              y,
              0,
              width,
              false,
              0,
              layout.panels(),
              new PackedMatrix.Scratch());
      for (float value : y) {
        all.putFloat(value);
      }
    }
    int[] ints = new int[all.position() / 4];
    all.flip().asIntBuffer().get(ints);
    return ints;
  }
}
