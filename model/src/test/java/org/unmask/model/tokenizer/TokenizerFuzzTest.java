package org.unmask.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmask.model.chat.ChatMessage;
import org.unmask.model.chat.ChatTemplates;
import org.unmask.model.fuzz.Allocation;
import org.unmask.model.fuzz.Mutations;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Damaged tokenizer files never crash, hang or eat memory: they load and work, or give one line.
 */
class TokenizerFuzzTest {
  // a token table of the largest accepted id takes 2^24 references; the files have 10 KB
  private static final long MOST_ALLOCATED_BYTES = 256L << 20;
  private static final String TEXT =
      "The caf\u00e9 isn't <|eot_id|> 123  \n\n\ud83d\ude00 aaaaaaaa";

  @TempDir private Path folder;
  private int loaded;
  private int refused;

  @Test
  void load_damagedFiles_loadsOrGivesOneLine() {
    assertTimeoutPreemptively(Duration.ofSeconds(60), () -> fuzz(20261122, 1_500));
  }

  @Test
  @Tag("slow")
  void load_damagedFiles_tenThousand() {
    assertTimeoutPreemptively(Duration.ofSeconds(300), () -> fuzz(7, 10_000));
  }

  private void fuzz(long seed, int cases) throws Exception {
    List<String> files = writeFolder();
    use(); // loads the classes, which is not to be counted
    Mutations mutations = new Mutations(seed);
    Random random = new Random(seed);
    Allocation allocation = new Allocation();
    for (int i = 0; i < cases; i++) {
      Path file = folder.resolve(files.get(random.nextInt(files.size())));
      byte[] original = Files.readAllBytes(file);
      Files.write(file, mutations.damage(original));
      Path hidden = folder.resolve("hidden");
      Path json = folder.resolve("tokenizer.json");
      boolean slowPath = random.nextInt(4) == 0; // without it, vocab.json and merges.txt are read
      if (slowPath) {
        Files.move(json, hidden);
      }
      long before = allocation.bytes();
      try {
        use();
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed %d, case %d, %s".formatted(seed, i, file), e);
      }
      assertThat(allocation.bytes() - before)
          .as("seed %d, case %d: bytes allocated", seed, i)
          .isLessThan(MOST_ALLOCATED_BYTES);
      if (slowPath) {
        Files.move(hidden, json);
      }
      Files.write(file, original);
    }
    // the damage is neither always fatal nor always harmless, or this test would show nothing
    assertThat(loaded).isGreaterThan(cases / 20);
    assertThat(refused).isGreaterThan(cases / 20);
  }

  private void use() {
    try {
      Tokenizer tokenizer = Tokenizer.load(folder);
      for (boolean allowSpecial : new boolean[] {true, false}) {
        int[] ids = tokenizer.encode(TEXT, allowSpecial);
        assertThat(tokenizer.decode(ids, false)).isNotNull();
        StreamingDecoder decoder = tokenizer.streamingDecoder(true);
        for (int id : ids) {
          decoder.next(id);
        }
        decoder.finish();
      }
      ChatTemplates.forFolder(folder)
          .encode(tokenizer, List.of(new ChatMessage("user", TEXT)), true);
      loaded++;
    } catch (IOException e) {
      refused++;
      assertThat(e.getMessage().lines()).as(e.getMessage()).hasSize(1);
      assertThat(e.getMessage()).hasSizeLessThan(1_000);
    }
  }

  /** A folder with all tokenizer files, its vocabulary cut to some hundred tokens. */
  private List<String> writeFolder() throws IOException {
    ObjectNode tree = Families.tree("llama3");
    ObjectNode model = (ObjectNode) tree.get("model");
    ArrayNode merges = (ArrayNode) model.get("merges");
    while (merges.size() > 60) {
      merges.remove(merges.size() - 1);
    }
    ObjectNode vocabulary = (ObjectNode) model.get("vocab");
    ObjectNode small = Shipped.JSON.createObjectNode();
    vocabulary
        .properties()
        .forEach(
            entry -> {
              if (entry.getValue().asInt() < 256 + 60) {
                small.put(entry.getKey(), entry.getValue().asInt());
              }
            });
    model.set("vocab", small);
    Files.writeString(folder.resolve("tokenizer.json"), Shipped.JSON.writeValueAsString(tree));
    Files.writeString(folder.resolve("vocab.json"), Shipped.JSON.writeValueAsString(small));
    StringBuilder lines = new StringBuilder("#version: 0.2\n");
    merges.forEach(merge -> lines.append(merge.asString()).append('\n'));
    Files.writeString(folder.resolve("merges.txt"), lines.toString());
    Files.writeString(folder.resolve("added_tokens.json"), "{\"<new>\":3000}");
    Files.writeString(folder.resolve("special_tokens_map.json"), "{\"pad_token\":\"<new>\"}");
    Files.writeString(folder.resolve("config.json"), "{\"mask_token_id\":2037}");
    Path config = Shipped.folder("unmask-llada-6m").resolve("tokenizer_config.json");
    Files.copy(config, folder.resolve("tokenizer_config.json"));
    return List.of(
        "tokenizer.json",
        "tokenizer.json",
        "tokenizer.json",
        "vocab.json",
        "merges.txt",
        "tokenizer_config.json",
        "tokenizer_config.json",
        "added_tokens.json",
        "special_tokens_map.json",
        "config.json");
  }
}
