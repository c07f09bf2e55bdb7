package org.unmask.bench.large;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.JsonFiles;
import org.unmask.weights.safetensors.Dtype;
import org.unmask.weights.safetensors.SafetensorsWriter;
import org.unmask.weights.safetensors.Tensor;
import tools.jackson.databind.json.JsonMapper;

/**
 * A checkpoint of LLaDA-8B's shape with random bfloat16 weights, one shard per layer: 291 tensors
 * and 8.016 billion parameters with all 32 layers.
 *
 * <p>All tensors are windows of one random stretch: their values repeat, which no kernel notices.
 *
 * @param layers at least 1; 32 in LLaDA-8B
 * @param hidden a multiple of 128, the head size; 4096 in LLaDA-8B
 * @param inner inner size of the MLP; 12288 in LLaDA-8B
 * @param vocabulary 126464 in LLaDA-8B
 */
public record RandomLlada(int layers, int hidden, int inner, int vocabulary) {

  private static final int HEAD = 128;
  private static final String CONFIG = "config.json";
  private static final String MARK = "unmask_random_weights";
  private static final long SEED = 8_015_581_184L;

  /** LLaDA-8B with fewer layers or all 32. */
  public static RandomLlada ofLayers(int layers) {
    return new RandomLlada(layers, 4096, 12288, 126464);
  }

  /** Returns the size of the weights in bytes. */
  public long bytes() {
    long layer = 4L * hidden * hidden + 3L * hidden * inner + 2L * hidden;
    return 2 * (layers * layer + 2L * vocabulary * hidden + hidden);
  }

  /**
   * Writes the checkpoint, about {@link #bytes} long; leaves nothing behind if that fails.
   *
   * @param folder created if need be
   * @param note hears how it gets on
   * @throws IOException if there is no room for it, or it cannot be written
   */
  public void write(Path folder, Consumer<String> note) throws IOException {
    Files.createDirectories(folder);
    try (Stream<Path> files = Files.list(folder)) {
      if (files.findAny().isPresent()) {
        throw new CheckpointException(
            folder
                + ": is not empty and holds no finished checkpoint; name a new folder, or delete it");
      }
    }
    try {
      writeFiles(folder, note);
    } catch (IOException | RuntimeException | Error e) {
      delete(folder);
      throw e;
    }
  }

  /** Tells whether a folder holds a checkpoint that {@link #write} made. */
  public static boolean isIn(Path folder) throws IOException {
    Path config = folder.resolve(CONFIG);
    return Files.isRegularFile(config) && JsonFiles.readObject(config).has(MARK);
  }

  /**
   * Deletes the files of a checkpoint that {@link #write} made, and the folder if nothing else is
   * in it.
   *
   * @throws IOException if a file cannot be deleted
   */
  public static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (file.getFileName().toString().matches("config\\.json|model[-.].*")) {
          Files.delete(file);
        }
      }
    }
    try {
      Files.delete(folder);
    } catch (DirectoryNotEmptyException e) {
      // somebody else's files stay
    }
  }

  private void writeFiles(Path folder, Consumer<String> note) throws IOException {
    long free = Files.getFileStore(folder).getUsableSpace();
    if (bytes() > free) {
      throw new CheckpointException(
          "%s: needs %,d MB and has %,d MB free; use another --folder or fewer --layers"
              .formatted(folder, bytes() >> 20, free >> 20));
    }
    Map<String, String> files = new LinkedHashMap<>();
    try (Arena arena = Arena.ofConfined()) {
      long largest = Math.max(vocabulary, inner) * (long) hidden;
      MemorySegment values = arena.allocate(2 * largest + 4096, 64);
      SplittableRandom random = new SplittableRandom(SEED);
      for (long i = 0; i < values.byteSize() / 2; i++) {
        float value = (float) (random.nextDouble() - 0.5) / 16; // of a size that keeps layers tame
        values.setAtIndex(
            ValueLayout.JAVA_SHORT, i, (short) (Float.floatToRawIntBits(value) >>> 16));
      }
      MemorySegment ones = arena.allocate(2L * hidden, 64);
      for (int i = 0; i < hidden; i++) {
        ones.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) 0x3f80);
      }
      for (int l = 0; l <= layers; l++) {
        List<Tensor> tensors = l < layers ? layer(l, values, ones) : ends(values, ones);
        String file = "model-%05d-of-%05d.safetensors".formatted(l + 1, layers + 1);
        SafetensorsWriter.write(folder.resolve(file), tensors, Map.of());
        tensors.forEach(tensor -> files.put(tensor.name(), file));
        note.accept("wrote " + file);
      }
    }
    JsonMapper json = JsonMapper.shared();
    Files.write(
        folder.resolve("model.safetensors.index.json"),
        json.writeValueAsBytes(
            Map.of("metadata", Map.of("total_size", bytes()), "weight_map", files)));
    Files.write(folder.resolve(CONFIG), json.writeValueAsBytes(config()));
  }

  private Map<String, Object> config() {
    return Map.of(
        "model_type",
        "llada",
        "d_model",
        hidden,
        "n_heads",
        hidden / HEAD,
        "n_layers",
        layers,
        "mlp_hidden_size",
        inner,
        "vocab_size",
        vocabulary,
        "rope_theta",
        500000.0,
        "mask_token_id",
        vocabulary - 128,
        MARK,
        true);
  }

  private List<Tensor> layer(int l, MemorySegment values, MemorySegment ones) {
    String block = "model.transformer.blocks." + l + ".";
    List<Tensor> tensors = new ArrayList<>();
    for (String name : List.of("q_proj", "k_proj", "v_proj", "attn_out")) {
      tensors.add(matrix(block + name, values, hidden, hidden));
    }
    tensors.add(matrix(block + "ff_proj", values, inner, hidden));
    tensors.add(matrix(block + "up_proj", values, inner, hidden));
    tensors.add(matrix(block + "ff_out", values, hidden, inner));
    tensors.add(new Tensor(block + "attn_norm.weight", Dtype.BF16, new long[] {hidden}, ones));
    tensors.add(new Tensor(block + "ff_norm.weight", Dtype.BF16, new long[] {hidden}, ones));
    return tensors;
  }

  private List<Tensor> ends(MemorySegment values, MemorySegment ones) {
    String top = "model.transformer.";
    return List.of(
        matrix(top + "wte", values, vocabulary, hidden),
        matrix(top + "ff_out", values, vocabulary, hidden),
        new Tensor(top + "ln_f.weight", Dtype.BF16, new long[] {hidden}, ones));
  }

  /** Takes a window whose place depends on the name, so that no two layers are alike. */
  private static Tensor matrix(String name, MemorySegment values, long outputs, long inputs) {
    long bytes = 2 * outputs * inputs;
    long at = 2 * Math.floorMod(name.hashCode(), (values.byteSize() - bytes) / 2);
    return new Tensor(
        name + ".weight", Dtype.BF16, new long[] {outputs, inputs}, values.asSlice(at, bytes));
  }
}
