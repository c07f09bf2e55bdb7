package org.unmask.model.transformer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.unmask.weights.JsonFiles;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * The mask token that a tokenizer's files name. Converted models often have it there and nowhere
 * else.
 */
final class MaskToken {

  private MaskToken() {}

  /**
   * Finds the id of the {@code mask_token} of {@code tokenizer_config.json}, or of {@code
   * special_tokens_map.json}.
   *
   * @param folder the model folder
   * @return its id, or -1 if no file names a mask or none gives its id
   * @throws IOException if a file cannot be read
   */
  static int idIn(Path folder) throws IOException {
    JsonNode config = read(folder, "tokenizer_config.json");
    String mask = text(config.path("mask_token"));
    if (mask.isEmpty()) {
      mask = text(read(folder, "special_tokens_map.json").path("mask_token"));
    }
    if (mask.isEmpty()) {
      return -1;
    }
    for (Map.Entry<String, JsonNode> token : config.path("added_tokens_decoder").properties()) {
      if (text(token.getValue()).equals(mask) && token.getKey().matches("\\d{1,8}")) {
        return Integer.parseInt(token.getKey());
      }
    }
    JsonNode added = read(folder, "added_tokens.json").path(mask);
    if (isId(added)) {
      return added.asInt();
    }
    JsonNode tokenizer = read(folder, "tokenizer.json");
    for (JsonNode token : tokenizer.path("added_tokens")) {
      if (text(token).equals(mask) && isId(token.path("id"))) {
        return token.path("id").asInt();
      }
    }
    JsonNode known = tokenizer.path("model").path("vocab").path(mask);
    return isId(known) ? known.asInt() : -1;
  }

  private static boolean isId(JsonNode node) {
    return node.isInt() && node.asInt() >= 0;
  }

  /** Returns a token written as its text or as an object with the text. */
  private static String text(JsonNode token) {
    return (token.isObject() ? token.path("content") : token).asString("");
  }

  private static JsonNode read(Path folder, String name) throws IOException {
    Path file = folder.resolve(name);
    return Files.isRegularFile(file) ? JsonFiles.readObject(file) : MissingNode.getInstance();
  }
}
