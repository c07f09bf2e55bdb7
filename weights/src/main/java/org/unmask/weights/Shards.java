package org.unmask.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.unmask.weights.safetensors.Names;
import org.unmask.weights.safetensors.SafetensorsFile;
import org.unmask.weights.safetensors.Tensor;
import tools.jackson.databind.JsonNode;

/**
 * The weights files of a folder: one, or those that an index names.
 *
 * @param files sorted by name
 * @param tensors all tensors of all files
 * @param warnings one line each
 */
record Shards(List<SafetensorsFile> files, Map<String, Tensor> tensors, List<String> warnings) {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final int MOST_SHARDS = 10_000;

  static Shards open(Path folder, Arena arena) throws IOException {
    Path single = folder.resolve(SINGLE);
    if (Files.isRegularFile(single)) { // wins over an index, as in the official loader
      SafetensorsFile file = SafetensorsFile.open(single, arena);
      return new Shards(List.of(file), file.tensors(), List.of());
    }
    Path index = folder.resolve(INDEX);
    if (!Files.isRegularFile(index)) {
      throw new CheckpointException(
          folder + ": no weights, it has neither " + SINGLE + " nor " + INDEX);
    }
    return openIndexed(folder, index, arena);
  }

  private static Shards openIndexed(Path folder, Path index, Arena arena) throws IOException {
    JsonNode json = JsonFiles.readObject(index);
    Map<String, String> shardOf = weightMap(index, json);
    TreeMap<String, SafetensorsFile> files = new TreeMap<>();
    for (String name : shardOf.values()) {
      if (!files.containsKey(name)) {
        files.put(name, openShard(folder, index, name, arena));
      }
      if (files.size() > MOST_SHARDS) {
        throw new CheckpointException(index + ": names more than " + MOST_SHARDS + " files");
      }
    }
    List<String> warnings = new ArrayList<>();
    Map<String, Tensor> tensors = collect(index, shardOf, files, warnings);
    checkTotalSize(index, json, tensors, warnings);
    return new Shards(List.copyOf(files.values()), tensors, warnings);
  }

  private static Map<String, String> weightMap(Path index, JsonNode json)
      throws CheckpointException {
    JsonNode map = json.path("weight_map");
    if (!map.isObject()) {
      throw new CheckpointException(index + ": weight_map is missing or not an object");
    }
    Map<String, String> shardOf = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      if (!entry.getValue().isString()) {
        throw new CheckpointException(
            index + ": weight_map entry " + Names.quote(entry.getKey()) + " is not a file name");
      }
      shardOf.put(entry.getKey(), entry.getValue().asString());
    }
    return shardOf;
  }

  /** Opens a shard, whose name must be that of a file directly in the folder. */
  private static SafetensorsFile openShard(Path folder, Path index, String name, Arena arena)
      throws IOException {
    Path shard = inFolder(folder, name);
    if (shard == null) {
      throw new CheckpointException(
          index
              + ": refused the file name "
              + Names.quote(name)
              + ", it must be one in the same folder");
    }
    if (!Files.isRegularFile(shard)) {
      throw new CheckpointException(
          index
              + ": names "
              + Names.quote(name)
              + ", which the folder lacks; is the download complete?");
    }
    return SafetensorsFile.open(shard, arena);
  }

  /** Returns a file directly in the folder, or null if the name is not that of one. */
  private static @Nullable Path inFolder(Path folder, String name) {
    if (name.isEmpty()
        || name.equals(".")
        || name.equals("..")
        || name.chars().anyMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ')) {
      return null;
    }
    try {
      return folder.resolve(name);
    } catch (InvalidPathException e) { // not a name in this system's encoding
      return null;
    }
  }

  private static Map<String, Tensor> collect(
      Path index,
      Map<String, String> shardOf,
      Map<String, SafetensorsFile> files,
      List<String> warnings)
      throws CheckpointException {
    Map<String, String> foundIn = new LinkedHashMap<>();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, SafetensorsFile> file : files.entrySet()) {
      for (Tensor tensor : file.getValue().tensors().values()) {
        String other = foundIn.put(tensor.name(), file.getKey());
        if (other != null) {
          throw new CheckpointException(
              "%s: tensor %s is in two files, %s and %s"
                  .formatted(index, Names.quote(tensor.name()), other, file.getKey()));
        }
        if (shardOf.containsKey(tensor.name())) {
          tensors.put(tensor.name(), tensor);
        } else {
          warnings.add(
              "%s: tensor %s of %s is not in the index and is left out"
                  .formatted(index, Names.quote(tensor.name()), file.getKey()));
        }
      }
    }
    for (Map.Entry<String, String> entry : shardOf.entrySet()) {
      if (!entry.getValue().equals(foundIn.get(entry.getKey()))) {
        throw new CheckpointException(
            "%s: tensor %s should be in %s, which lacks it"
                .formatted(index, Names.quote(entry.getKey()), entry.getValue()));
      }
    }
    return tensors;
  }

  private static void checkTotalSize(
      Path index, JsonNode json, Map<String, Tensor> tensors, List<String> warnings) {
    JsonNode stated = json.path("metadata").path("total_size");
    long actual = 0;
    for (Tensor tensor : tensors.values()) {
      actual += tensor.data().byteSize();
    }
    if (stated.isNumber() && stated.asDouble() != actual) {
      warnings.add(
          "%s: total_size says %s bytes, the tensors have %d"
              .formatted(index, stated.asString(), actual));
    }
  }
}
