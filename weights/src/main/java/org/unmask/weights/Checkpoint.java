package org.unmask.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.unmask.weights.safetensors.Names;
import org.unmask.weights.safetensors.SafetensorsFile;
import org.unmask.weights.safetensors.Tensor;
import tools.jackson.databind.JsonNode;

/**
 * An open model folder: its configuration and its mapped tensors.
 *
 * <p>A folder holds {@code config.json} and either {@code model.safetensors} or {@code
 * model.safetensors.index.json} with the shards that it names. Opening reads headers only; tensor
 * bytes are paged in by the operating system when touched. Immutable and safe to share between
 * threads; closing it invalidates every tensor.
 */
public final class Checkpoint implements AutoCloseable {
  private final Path folder;
  private final JsonNode config;
  private final Optional<JsonNode> generationConfig;
  private final Arena arena;
  private final List<SafetensorsFile> files;
  private final Map<String, Tensor> tensors;
  private final List<String> warnings;

  private Checkpoint(
      Path folder,
      JsonNode config,
      Optional<JsonNode> generationConfig,
      Arena arena,
      Shards shards) {
    this.folder = folder;
    this.config = config;
    this.generationConfig = generationConfig;
    this.arena = arena;
    this.files = List.copyOf(shards.files());
    this.tensors = Collections.unmodifiableMap(shards.tensors());
    this.warnings = List.copyOf(shards.warnings());
  }

  /**
   * Opens a model folder and checks every header in it.
   *
   * @param folder the folder
   * @return the open checkpoint
   * @throws CheckpointException if a needed file is missing or the index contradicts the shards
   * @throws org.unmask.weights.safetensors.SafetensorsFormatException if a weights file is invalid
   * @throws IOException if a file cannot be read
   */
  public static Checkpoint open(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new CheckpointException(folder + ": no such folder");
    }
    Path configFile = folder.resolve("config.json");
    if (!Files.isRegularFile(configFile)) {
      throw new CheckpointException(folder + ": not a model folder, it has no config.json");
    }
    JsonNode config = JsonFiles.readObject(configFile);
    Path generationFile = folder.resolve("generation_config.json");
    Optional<JsonNode> generationConfig =
        Files.isRegularFile(generationFile)
            ? Optional.of(JsonFiles.readObject(generationFile))
            : Optional.empty();
    Arena arena = Arena.ofShared();
    try {
      return new Checkpoint(folder, config, generationConfig, arena, Shards.open(folder, arena));
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }

  /**
   * Finds the folder that a {@code --model} value means: a folder, or the name of a checkpoint
   * shipped in the {@code weights} folder of an Unmask home.
   *
   * @param model path of a folder, or a shipped name
   * @param home the folder that Unmask is installed in
   * @return the folder
   * @throws CheckpointException if it is neither; the message lists the shipped names
   */
  public static Path resolve(String model, Path home) throws CheckpointException {
    List<String> shipped = shipped(home);
    try {
      Path folder = Path.of(model);
      if (!model.isEmpty() && Files.isDirectory(folder)) {
        return folder;
      }
    } catch (InvalidPathException e) {
      // not a path on this system: it may still be a name, and is reported below if not
    }
    if (shipped.contains(model)) {
      return home.resolve("weights").resolve(model);
    }
    throw new CheckpointException(
        "no model %s: neither a folder nor a shipped checkpoint (%s)"
            .formatted(
                Names.quote(model),
                shipped.isEmpty()
                    ? "none in " + home.resolve("weights")
                    : String.join(", ", shipped)));
  }

  /**
   * Lists the shipped checkpoints.
   *
   * @param home the folder that Unmask is installed in
   * @return names of the folders with a {@code config.json} in {@code home/weights}, sorted
   */
  public static List<String> shipped(Path home) {
    try (Stream<Path> entries = Files.list(home.resolve("weights"))) {
      return entries
          .filter(entry -> Files.isRegularFile(entry.resolve("config.json")))
          .map(entry -> entry.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of(); // no such folder: nothing is shipped here
    }
  }

  /**
   * Returns the folder.
   *
   * @return the path as given to {@link #open}
   */
  public Path folder() {
    return folder;
  }

  /**
   * Returns the name that reports use.
   *
   * @return the last part of the folder's real path
   */
  public String name() {
    Path last = folder.toAbsolutePath().normalize().getFileName();
    return last == null ? folder.toString() : last.toString();
  }

  /**
   * Returns the model's configuration.
   *
   * @return the tree of {@code config.json}, an object; not to be changed
   */
  public JsonNode config() {
    return config;
  }

  /**
   * Returns the generation defaults.
   *
   * @return the tree of {@code generation_config.json}, an object; empty if the folder has none
   */
  public Optional<JsonNode> generationConfig() {
    return generationConfig;
  }

  /**
   * Returns the weights files.
   *
   * @return the single file, or the shards sorted by name
   */
  public List<SafetensorsFile> files() {
    return files;
  }

  /**
   * Returns all tensors.
   *
   * @return name to tensor, in file order; the order says nothing about layers; unmodifiable
   */
  public Map<String, Tensor> tensors() {
    return tensors;
  }

  /**
   * Returns oddities that do not stop the model from running, for the edge to print.
   *
   * @return one line each, usually none
   */
  public List<String> warnings() {
    return warnings;
  }

  /**
   * Finds a tensor.
   *
   * @param name the tensor's full name
   * @return the tensor, if there is one
   */
  public Optional<Tensor> find(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  /**
   * Returns a tensor that must be there.
   *
   * @param name the tensor's full name
   * @return the tensor
   * @throws CheckpointException if there is none; the message names the nearest ones
   */
  public Tensor tensor(String name) throws CheckpointException {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      List<String> nearest = NearestNames.of(name, tensors.keySet());
      throw new CheckpointException(
          "%s: no tensor %s in %s; %s"
              .formatted(
                  folder,
                  Names.quote(name),
                  files.size() == 1
                      ? files.getFirst().path().getFileName()
                      : files.size() + " files",
                  nearest.isEmpty()
                      ? "it holds none"
                      : "nearest: "
                          + nearest.stream().map(Names::quote).collect(Collectors.joining(", "))));
    }
    return tensor;
  }

  /**
   * Hashes the weights: SHA-256 over the bytes of the weights files, concatenated in name order.
   * For a single file it is what {@code sha256sum} prints. Reads all of it, in constant memory.
   *
   * @return 64 lower-case hexadecimal digits
   * @throws IOException if a file cannot be read
   */
  public String sha256() throws IOException {
    List<Path> paths = new ArrayList<>();
    for (SafetensorsFile file : files) {
      paths.add(file.path());
    }
    return Sha256.of(paths);
  }

  /** Unmaps the weights. Tensors must not be used any more. */
  @Override
  public void close() {
    arena.close();
  }
}
