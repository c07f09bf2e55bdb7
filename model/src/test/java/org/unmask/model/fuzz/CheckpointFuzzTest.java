package org.unmask.model.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.safetensors.SafetensorsWriter;
import org.unmask.weights.safetensors.Tensor;

/** Damaged folders never crash, hang or eat memory: they open, or give one line. */
class CheckpointFuzzTest {
  private static final long MOST_ALLOCATED_BYTES = 32L << 20; // files here are under 100 KB
  private static final List<String> FILES =
      List.of(
          "config.json",
          "generation_config.json",
          "model.safetensors.index.json",
          "m-1.safetensors",
          "m-2.safetensors");

  @TempDir private Path folder;
  private int opened;
  private int refused;

  @Test
  void open_damagedFolder_opensOrGivesOneLine() {
    assertTimeoutPreemptively(Duration.ofSeconds(60), () -> fuzz(20261122, 1_500));
  }

  @Test
  @Tag("slow")
  void open_damagedFolder_tenThousand() {
    assertTimeoutPreemptively(Duration.ofSeconds(300), () -> fuzz(7, 10_000));
  }

  private void fuzz(long seed, int cases) throws Exception {
    writeFolder();
    open(); // loads the classes, which is not to be counted
    Mutations mutations = new Mutations(seed);
    Random random = new Random(seed);
    Allocation allocation = new Allocation();
    for (int i = 0; i < cases; i++) {
      Path file = folder.resolve(FILES.get(random.nextInt(FILES.size())));
      byte[] original = Files.readAllBytes(file);
      byte[] damaged = mutations.damage(original);
      if (file.toString().endsWith(".safetensors") && random.nextInt(4) > 0) {
        repairLength(damaged, original.length); // so that the header behind it is reached
      }
      Files.write(file, damaged);
      long before = allocation.bytes();
      try {
        open();
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed %d, case %d, %s".formatted(seed, i, file), e);
      }
      assertThat(allocation.bytes() - before)
          .as("seed %d, case %d: bytes allocated", seed, i)
          .isLessThan(MOST_ALLOCATED_BYTES);
      Files.write(file, original);
    }
    // the damage is neither always fatal nor always harmless, or this test would show nothing
    assertThat(opened).isGreaterThan(cases / 50);
    assertThat(refused).isGreaterThan(cases / 4);
  }

  private void open() {
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      for (Tensor tensor : checkpoint.tensors().values()) {
        if (tensor.dtype().convertsToFloat()) {
          assertThat((long) tensor.toFloats().length).isEqualTo(tensor.elements());
        }
      }
      opened++;
    } catch (IOException e) {
      refused++;
      assertThat(e.getMessage().lines()).as(e.getMessage()).hasSize(1);
      assertThat(e.getMessage()).hasSizeLessThan(1_000);
    }
  }

  private static void repairLength(byte[] file, int originalLength) {
    if (file.length >= 8) {
      ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
      bytes.putLong(0, bytes.getLong(0) + file.length - originalLength);
    }
  }

  private void writeFolder() throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        "{\"model_type\":\"llada\",\"d_model\":4,\"rope_theta\":1e4,\"n_kv_heads\":null}");
    Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\":[1,2]}");
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        """
        {"metadata":{"total_size":56},"weight_map":{
          "a.weight":"m-1.safetensors","b.weight":"m-1.safetensors","c":"m-2.safetensors"}}
        """);
    SafetensorsWriter.write(
        folder.resolve("m-1.safetensors"),
        List.of(
            Tensor.of("a.weight", new float[] {1, 2, 3, 4}, 2, 2),
            Tensor.of("b.weight", new float[] {5, 6}, 2)),
        Map.of("format", "pt"));
    SafetensorsWriter.write(
        folder.resolve("m-2.safetensors"),
        List.of(Tensor.of("c", new long[] {1, 2, 3, 4}, 4)),
        Map.of());
  }
}
