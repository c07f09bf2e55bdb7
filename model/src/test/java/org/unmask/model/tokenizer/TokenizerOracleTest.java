package org.unmask.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * The official library itself, in DJL's binding, as oracle: identical ids and texts for random
 * strings, for each family's pattern and options.
 */
class TokenizerOracleTest {
  private static final long SEED = 20261122;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "qwen, 30000",
    "llama3, 30000",
    "bailing, 30000",
    "gpt2, 30000",
    "smollm2, 30000",
    "roberta, 2000",
    "random-merges, 3000",
    "sentencepiece, 2000",
    "odd-tokens, 3000",
  })
  void encodeAndDecode_randomStrings_agreeWithTheOfficialLibrary(String family, int count)
      throws IOException {
    compare(Families.tree(family), count);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"})
  void encode_splitBehaviors_agreeWithTheOfficialLibrary(String behavior) throws IOException {
    for (String regex : List.of("[-\\s]", "x*", "(?<=a)|b+", "$")) {
      String split = Families.split(regex, behavior);
      String inverted = split.replace("\"invert\":false", "\"invert\":true");
      compare(Families.with("null", split, Families.byteLevel(false, false)), 150);
      compare(Families.with("null", inverted, Families.byteLevel(false, false)), 150);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"Digits\",\"individual_digits\":false}",
        "{\"type\":\"Whitespace\"}",
        "{\"type\":\"WhitespaceSplit\"}",
        "{\"type\":\"Metaspace\",\"replacement\":\"\u2581\",\"prepend_scheme\":\"first\",\"split\":true}",
        "{\"type\":\"Metaspace\",\"replacement\":\"_\",\"prepend_scheme\":\"always\",\"split\":false}",
        "{\"type\":\"Split\",\"pattern\":{\"String\":\"(.\"},\"behavior\":\"Isolated\",\"invert\":false}",
        "{\"type\":\"Split\",\"pattern\":{\"String\":\"\"},\"behavior\":\"Isolated\",\"invert\":false}",
      })
  void encode_otherPreTokenizers_agreeWithTheOfficialLibrary(String preTokenizer)
      throws IOException {
    compare(Families.with("null", preTokenizer, Families.byteLevel(false, false)), 500);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"NFD\"}",
        "{\"type\":\"NFKC\"}",
        "{\"type\":\"NFKD\"}",
        "{\"type\":\"Strip\",\"strip_left\":true,\"strip_right\":false}",
        "{\"type\":\"Strip\",\"strip_left\":false,\"strip_right\":true}",
        "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\" {2,}|e\"},\"content\":\"$1\"}",
        "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"},{\"type\":\"Prepend\",\"prepend\":\"x\"}]}",
      })
  void encode_normalizers_agreeWithTheOfficialLibrary(String normalizer) throws IOException {
    compare(Families.with(normalizer, Families.byteLevel(false, true)), 500);
  }

  private void compare(JsonNode tree, int count) throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(file, Shipped.JSON.writeValueAsString(tree));
    Tokenizer ours = Tokenizer.load(folder);
    Random random = new Random(SEED);
    RandomText texts = new RandomText(SEED);
    try (HuggingFaceTokenizer official = open(file)) {
      for (int i = 0; i < count; i++) {
        String text = texts.next();
        Encoding encoding = official.encode(text, true, false);
        int[] expected = ints(encoding.getIds());
        int[] actual = ours.encode(text);
        if (!Arrays.equals(actual, expected)) { // the message is dear: only when needed
          assertThat(actual).as("seed %d, text %d: %s", SEED, i, escape(text)).isEqualTo(expected);
        }
        int[] ids = random.nextBoolean() ? expected : randomIds(random, ours.vocabSize());
        boolean skip = random.nextBoolean();
        String decoded = official.decode(Arrays.stream(ids).asLongStream().toArray(), skip);
        assertThat(ours.decode(ids, skip))
            .as("seed %d, ids %s", SEED, Arrays.toString(ids))
            .isEqualTo(decoded);
        assertThat(stream(ours.streamingDecoder(skip), ids)).isEqualTo(decoded);
      }
    }
  }

  private static HuggingFaceTokenizer open(Path file) throws IOException {
    try {
      return HuggingFaceTokenizer.builder()
          .optTokenizerPath(file)
          .optTruncation(false)
          .optPadding(false)
          .build();
    } catch (UnsatisfiedLinkError | ExceptionInInitializerError | NoClassDefFoundError e) {
      return abort("the oracle's native library does not load on this platform: " + e);
    }
  }

  private static String stream(StreamingDecoder decoder, int[] ids) {
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(decoder.next(id));
    }
    return text.append(decoder.finish()).toString();
  }

  private static int[] randomIds(Random random, int vocabSize) {
    return random.ints(random.nextInt(20), 0, random.nextBoolean() ? vocabSize : 260).toArray();
  }

  private static int[] ints(long[] ids) {
    return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
  }

  private static String escape(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(c -> out.append(c > 32 && c < 127 ? Character.toString(c) : "{%x}".formatted(c)));
    return out.toString();
  }
}
