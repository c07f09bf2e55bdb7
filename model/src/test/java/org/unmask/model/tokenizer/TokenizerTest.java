package org.unmask.model.tokenizer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmask.weights.CheckpointException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class TokenizerTest {
  private static final int EOT = 2036;
  private static final int MASK = 2037;

  @TempDir private Path folder;

  private static Tokenizer shipped() throws IOException {
    return Tokenizer.load(Shipped.folder("unmask-llada-6m"));
  }

  private void write(String name, JsonNode tree) throws IOException {
    Files.writeString(folder.resolve(name), Shipped.JSON.writeValueAsString(tree));
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  @Test
  void encode_specialTextNotAllowed_isOrdinaryText() throws IOException {
    Tokenizer tokenizer = shipped();
    String text = "a<|eot_id|><|mdm_mask|> b";
    assertThat(tokenizer.encode(text)).contains(EOT, MASK);
    int[] plain = tokenizer.encode(text, false);
    assertThat(Arrays.stream(plain).allMatch(id -> id < 2032)).isTrue();
    assertThat(tokenizer.decode(plain, true)).isEqualTo(text);
  }

  @Test
  void encode_roleWithoutSpecialMark_isGuardedToo() throws IOException {
    ObjectNode tree = Families.shipped();
    for (JsonNode token : tree.get("added_tokens")) {
      ((ObjectNode) token).put("special", false);
    }
    write("tokenizer.json", tree);
    write("config.json", "{\"eos_token_id\":[2033],\"mask_token_id\":2037}");
    write("tokenizer_config.json", "{\"pad_token\":{\"content\":\"<|eot_id|>\"}}");
    Tokenizer tokenizer = Tokenizer.load(folder);
    int[] plain = tokenizer.encode("<|mdm_mask|><|eot_id|><|endoftext|>", false);
    assertThat(Arrays.stream(plain).allMatch(id -> id < 2032)).isTrue();
    // tokens without a role are text shortcuts, which the official library takes either way
    assertThat(tokenizer.encode("<|reserved_token_0|>", false)).containsExactly(2038);
    assertThat(tokenizer.encode("<|mdm_mask|>")).containsExactly(MASK);
    assertThat(tokenizer.decode(new int[] {MASK}, true)).isEqualTo("<|mdm_mask|>");
  }

  @Test
  void encode_parts_haveNoSeams() throws IOException {
    Tokenizer tokenizer = shipped();
    RandomText texts = new RandomText(5);
    Random random = new Random(5);
    for (int i = 0; i < 500; i++) {
      String text = texts.next();
      List<TextPart> parts = new ArrayList<>();
      for (int from = 0; from < text.length(); ) {
        int to = from + 1 + random.nextInt(text.length() - from);
        if (to < text.length() && Character.isLowSurrogate(text.charAt(to))) {
          to++;
        }
        parts.add(new TextPart(text.substring(from, to), true));
        from = to;
      }
      assertThat(tokenizer.encode(parts)).as(text).isEqualTo(tokenizer.encode(text));
      parts.replaceAll(part -> new TextPart(part.text(), false));
      assertThat(tokenizer.encode(parts)).as(text).isEqualTo(tokenizer.encode(text, false));
    }
  }

  @Test
  void encode_parts_guardOnlyWhatTheyCover() throws IOException {
    Tokenizer tokenizer = shipped();
    List<TextPart> parts =
        List.of(
            new TextPart("<|eot_id|>", true),
            new TextPart("<|eot_id|>", false),
            new TextPart("<|eot_", true), // a token pieced together across a seam stays text
            new TextPart("id|>", false));
    int[] ids = tokenizer.encode(parts);
    assertThat(ids[0]).isEqualTo(EOT);
    assertThat(Arrays.stream(ids).filter(id -> id == EOT).count()).isEqualTo(1);
    assertThat(tokenizer.decode(ids, false)).isEqualTo("<|eot_id|>".repeat(3));
  }

  @Test
  void encode_parts_guardNormalisedTokensToo() throws IOException {
    write("tokenizer.json", Families.tree("sentencepiece"));
    Tokenizer tokenizer = Tokenizer.load(folder);
    int[] ids =
        tokenizer.encode(
            List.of(
                new TextPart("<s> a b", true),
                new TextPart(" <s>", false),
                new TextPart(" <s>", true)));
    assertThat(Arrays.stream(ids).filter(id -> id == 1).count()).isEqualTo(2);
    assertThat(ids[ids.length - 1]).isEqualTo(1);
  }

  @Test
  void idOfAndTokenOf_areInverse() throws IOException {
    Tokenizer tokenizer = shipped();
    assertThat(tokenizer.vocabSize()).isEqualTo(2048);
    for (int id = 0; id < tokenizer.vocabSize(); id++) {
      assertThat(tokenizer.idOf(tokenizer.tokenOf(id).orElseThrow())).hasValue(id);
      assertThat(tokenizer.isSpecial(id)).isEqualTo(id >= 2032);
    }
    assertThat(tokenizer.tokenOf(-1)).isEmpty();
    assertThat(tokenizer.tokenOf(2048)).isEmpty();
    assertThat(tokenizer.idOf("no such token")).isEmpty();
    assertThat(tokenizer.isSpecial(-1)).isFalse();
    assertThat(tokenizer.decode(new int[] {-1, 97, 2048, Integer.MAX_VALUE}, false)).isEqualTo("a");
  }

  @Test
  void encode_halfSurrogates_areReplacementCharacters() throws IOException {
    Tokenizer tokenizer = shipped();
    assertThat(tokenizer.encode("a\ud800b\udc00")).isEqualTo(tokenizer.encode("a\ufffdb\ufffd"));
    assertThat(tokenizer.encode("\ud83d")).isEqualTo(tokenizer.encode("\ufffd"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", " ", "<", "<|", "\u0301", "-", "ab", "\n", "1", "'"})
  void encode_longRuns_takeLinearTime(String unit) throws IOException {
    Tokenizer tokenizer = shipped();
    String text = unit.repeat(300_000 / unit.length());
    assertTimeout(
        Duration.ofSeconds(5), // quadratic work would take minutes
        () -> assertThat(tokenizer.decode(tokenizer.encode(text), true)).isEqualTo(text));
  }

  @Test
  void load_vocabularyAndMerges_givesTheSameIds() throws IOException {
    ObjectNode tree = Families.shipped();
    write("vocab.json", tree.get("model").get("vocab"));
    StringBuilder merges = new StringBuilder("#version: 0.2\n\n");
    tree.get("model")
        .get("merges")
        .forEach(merge -> merges.append(merge.asString()).append("\r\n"));
    write("merges.txt", merges.toString());
    Files.copy(
        Shipped.folder("unmask-llada-6m").resolve("tokenizer_config.json"),
        folder.resolve("tokenizer_config.json"));
    Tokenizer slow = Tokenizer.load(folder);
    Tokenizer fast = shipped();
    RandomText texts = new RandomText(11);
    for (int i = 0; i < 1000; i++) {
      String text = texts.next();
      assertThat(slow.encode(text)).as(text).isEqualTo(fast.encode(text));
    }
    assertThat(slow.vocabSize()).isEqualTo(2048);
    assertThat(slow.isSpecial(MASK)).isTrue();
  }

  @Test
  void load_vocabularyAndMergesOfGpt2_usesItsPattern() throws IOException {
    ObjectNode tree = Families.shipped();
    write("vocab.json", tree.get("model").get("vocab"));
    write("merges.txt", "#version: 0.2\n1 2\n".replace("1 2", "i n"));
    write("tokenizer_config.json", "{\"tokenizer_class\":\"GPT2Tokenizer\"}");
    // the accent stays apart without NFC
    assertThat(Tokenizer.load(folder).encode("e\u0301")).containsExactly(101, 204, 129);
  }

  @Test
  void load_addedTokensOfOtherFiles_useTheirIds() throws IOException {
    write("tokenizer.json", Families.shipped());
    write(
        "tokenizer_config.json",
        """
        {"mask_token":"<|MASK|>","added_tokens_decoder":{
          "2050":{"content":"<|MASK|>","special":false},
          "2037":{"content":"<|mdm_mask|>","special":true}}}
        """);
    write("added_tokens.json", "{\"<MASK>\":2050,\"<new>\":2051}");
    Tokenizer tokenizer = Tokenizer.load(folder);
    assertThat(tokenizer.encode("<|MASK|><new>")).containsExactly(2050, 2051);
    assertThat(tokenizer.encode("<|MASK|><MASK>", false)).doesNotContain(2050);
    assertThat(tokenizer.tokenOf(2050)).contains("<|MASK|>");
    assertThat(tokenizer.decode(new int[] {2049, 2050}, true)).isEqualTo("<|MASK|>");
    assertThat(tokenizer.vocabSize()).isEqualTo(2052);
  }

  @Test
  void load_emptyFolder_isRefused() {
    assertRefused("no tokenizer, it has neither tokenizer.json nor vocab.json with merges.txt");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "normalizer | {\"type\":\"Bert\"} | normalizer type 'Bert' is not supported",
        "pre_tokenizer | {\"type\":\"Split\"} | pre_tokenizer.pattern.Regex must be a string",
        "pre_tokenizer | 3 | pre_tokenizer.type must be a string",
        "decoder | {\"type\":\"CTC\"} | decoder type 'CTC' is not supported",
        "post_processor | {\"type\":\"X\\ny\"} | type 'X\\u000ay' is not supported",
        "post_processor | {\"type\":\"TemplateProcessing\",\"single\":[]} | leaves out the text",
        "model | {\"type\":\"WordPiece\"} | model type 'WordPiece' is not supported",
        "model | {} | model.vocab must be an object",
        "model | {\"vocab\":{\"a\":-1},\"merges\":[]} | entry 'a' must be an integer",
        "model | {\"vocab\":{\"a\":99999999},\"merges\":[]} | is 99999999",
        "model | {\"vocab\":{\"a\":1.5},\"merges\":[]} | entry 'a' must be an integer",
        "model | {\"vocab\":{\"a\":1},\"merges\":[\"a b\"]} | merges[0] needs the token 'b'",
        "model | {\"vocab\":{\"a\":1},\"merges\":[\"a a\"]} | merges[0] needs the token 'aa'",
        "model | {\"vocab\":{\"a\":1},\"merges\":[\"aa\"]} | must be two tokens and a space",
        "model | {\"vocab\":{\"a\":1},\"merges\":[[\"a\"]]} | merges[0] must be two tokens",
        "model | {\"vocab\":{},\"merges\":[],\"unk_token\":\"u\"} | unk_token is not in the vocab",
        "model | {\"vocab\":{},\"merges\":[],\"fuse_unk\":1} | fuse_unk must be true or false",
        "added_tokens | [{}] | added_tokens[0].content must be a string",
        "added_tokens | {} | added_tokens must be an array",
      })
  void load_invalidPart_isRefusedByName(String key, String part, String message)
      throws IOException {
    ObjectNode tree = Families.shipped();
    tree.set(key, Families.json(part));
    write("tokenizer.json", tree);
    assertRefused(message);
  }

  @Test
  void load_badPattern_isRefusedByName() throws IOException {
    write("tokenizer.json", Families.with("null", Families.split("(a", "Isolated")));
    assertRefused("pretokenizers[0].pattern is not a regular expression that Java can read");
    write("tokenizer.json", Families.with("null", Families.split("a", "Sideways")));
    assertRefused("behavior is 'Sideways', which is no split behaviour");
  }

  @Test
  void split_behaviors() {
    assertThat(pieces(Splitter.Behavior.ISOLATED)).isEqualTo("the|-|final|-|-|countdown|-");
    assertThat(pieces(Splitter.Behavior.REMOVED)).isEqualTo("the|final|countdown");
    assertThat(pieces(Splitter.Behavior.MERGED_WITH_PREVIOUS))
        .isEqualTo("the-|final-|-|countdown-");
    assertThat(pieces(Splitter.Behavior.MERGED_WITH_NEXT)).isEqualTo("the|-final|-|-countdown|-");
    assertThat(pieces(Splitter.Behavior.CONTIGUOUS)).isEqualTo("the|-|final|--|countdown|-");
  }

  private static String pieces(Splitter.Behavior behavior) {
    List<String> pieces = new ArrayList<>();
    new Splitter(Regex.compile("-"), behavior, false)
        .split(
            new PreTokenizer.Piece("the-final--countdown-", true),
            piece -> pieces.add(piece.text()));
    return String.join("|", pieces);
  }

  @ParameterizedTest
  @CsvSource({
    "E282, \ufffd", // unfinished: one for the maximal subpart
    "EDA080, \ufffd\ufffd\ufffd", // a surrogate: one per byte, unlike new String
    "F480ED, \ufffd\ufffd",
    "F0908041, \ufffdA",
    "C0AF, \ufffd\ufffd",
    "E28292, \u2092",
    "80, \ufffd",
    "F09F9880, \ud83d\ude00",
    "F5808080, \ufffd\ufffd\ufffd\ufffd",
  })
  void utf8_replacesMaximalSubparts(String hex, String expected) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    assertThat(Utf8.decode(bytes, bytes.length)).isEqualTo(expected);
  }

  @Test
  void streamingDecoder_holdsBackUnfinishedCharacters() throws IOException {
    Tokenizer tokenizer = shipped();
    byte[] smile = "\ud83d\ude00".getBytes(UTF_8);
    StreamingDecoder decoder = tokenizer.streamingDecoder(true);
    for (int i = 0; i < 3; i++) {
      assertThat(decoder.next(smile[i] & 0xFF)).isEmpty(); // ids 0 to 255 are the bytes
    }
    assertThat(decoder.next(smile[3] & 0xFF)).isEqualTo("\ud83d\ude00");
    assertThat(decoder.next(EOT)).isEmpty();
    assertThat(decoder.next(smile[0] & 0xFF)).isEmpty();
    assertThat(decoder.next('a')).isEqualTo("\ufffda");
    assertThat(decoder.next(0x80)).isEqualTo("\ufffd");
    assertThat(decoder.next(smile[0] & 0xFF)).isEmpty();
    assertThat(decoder.finish()).isEqualTo("\ufffd");
    assertThat(decoder.finish()).isEmpty();
  }
}
