package org.unmask.model.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the tests of this package and of {@code chat} share. */
public final class Shipped {
  public static final JsonMapper JSON = new JsonMapper();

  private Shipped() {}

  /** Folder of a shipped checkpoint; tests run in the module's folder. */
  public static Path folder(String name) {
    return Path.of("").toAbsolutePath().resolveSibling("weights").resolve(name);
  }

  public static List<JsonNode> golden(String name) throws IOException {
    try (InputStream in = Shipped.class.getResourceAsStream("/golden/tokenizer/" + name)) {
      List<JsonNode> lines = new ArrayList<>();
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .forEach(line -> lines.add(JSON.readTree(line)));
      return lines;
    }
  }

  public static int[] ids(JsonNode array) {
    int[] ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = array.get(i).asInt();
    }
    return ids;
  }
}
