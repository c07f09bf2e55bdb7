package org.unmask.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the JSON files of a checkpoint folder with bounded memory and one-line errors. */
public final class JsonFiles {
  private static final long MAX_BYTES = 256L << 20; // the largest public tokenizer.json has 33 MB
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(200).build())
                  // Python writes Infinity and NaN
                  .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                  .build())
          .build();

  private JsonFiles() {}

  /**
   * Reads a file that holds one JSON object.
   *
   * @param file the file, at most 256 MiB, nested at most 200 levels deep
   * @return its tree; a key given twice has its last value, as in Python
   * @throws CheckpointException if it is not one JSON object
   * @throws IOException if it cannot be read
   */
  public static JsonNode readObject(Path file) throws IOException {
    long size = Files.size(file);
    if (size > MAX_BYTES) {
      throw new CheckpointException(
          file + ": " + size + " bytes are too many for a JSON file of a checkpoint");
    }
    JsonNode tree;
    try {
      tree = MAPPER.readTree(Files.readAllBytes(file));
    } catch (JacksonException e) {
      TokenStreamLocation at = e.getLocation();
      throw new CheckpointException(
          "%s: not valid JSON%s: %s"
              .formatted(
                  file,
                  at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr(),
                  e.getOriginalMessage().lines().findFirst().orElse("")));
    }
    if (!tree.isObject()) {
      throw new CheckpointException(
          file + ": must hold a JSON object, holds " + tree.getNodeType().name().toLowerCase());
    }
    return tree;
  }
}
