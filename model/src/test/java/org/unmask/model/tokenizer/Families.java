package org.unmask.model.tokenizer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Small {@code tokenizer.json} trees for the pipelines of the public families: the shipped
 * vocabulary, or random merges, under each family's normalizer, pattern and options.
 */
final class Families {
  private static final String LETTERS_NUMBERS = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}";
  private static final String REST =
      "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|";

  static final String QWEN = CONTRACTIONS + LETTERS_NUMBERS + REST;
  static final String LLAMA3 = CONTRACTIONS + LETTERS_NUMBERS + "{1,3}" + REST;
  static final String BAILING =
      "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}"
          + "| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+";

  private Families() {}

  static ObjectNode shipped() throws IOException {
    Path file = Shipped.folder("unmask-llada-6m").resolve("tokenizer.json");
    return (ObjectNode) Shipped.JSON.readTree(file);
  }

  /** The tree of a family, by the name that tests use. */
  static ObjectNode tree(String family) throws IOException {
    return switch (family) {
      case "qwen" -> with("{\"type\":\"NFC\"}", split(QWEN, "Isolated"), byteLevel(false, false));
      case "llama3" -> {
        ObjectNode tree = with("null", split(LLAMA3, "Isolated"), byteLevel(false, false));
        ((ObjectNode) tree.get("model")).put("ignore_merges", true);
        tree.set("post_processor", beginningOfText());
        yield tree;
      }
      case "bailing" -> with("null", split(BAILING, "Isolated"), byteLevel(false, false));
      case "gpt2" -> with("null", byteLevel(false, true));
      case "roberta" -> {
        ObjectNode tree = with("null", byteLevel(true, true));
        tree.set(
            "post_processor",
            json(
                "{\"type\":\"RobertaProcessing\",\"sep\":[\"x\",2033],"
                    + "\"cls\":[\"y\",2032],\"trim_offsets\":true,\"add_prefix_space\":true}"));
        yield tree;
      }
      case "smollm2" ->
          with("null", "{\"type\":\"Digits\",\"individual_digits\":true}", byteLevel(false, true));
      case "random-merges" -> {
        ObjectNode tree =
            with("{\"type\":\"NFC\"}", split("\\s+|\\S+", "Isolated"), byteLevel(false, false));
        randomMerges(tree, 7);
        yield tree;
      }
      case "sentencepiece" -> sentencepiece();
      case "odd-tokens" -> oddTokens();
      default -> throw new IllegalArgumentException(family);
    };
  }

  static String split(String regex, String behavior) {
    return "{\"type\":\"Split\",\"pattern\":{\"Regex\":%s},\"behavior\":\"%s\",\"invert\":false}"
        .formatted(Shipped.JSON.writeValueAsString(regex), behavior);
  }

  static String byteLevel(boolean prefixSpace, boolean useRegex) {
    return "{\"type\":\"ByteLevel\",\"add_prefix_space\":%s,\"trim_offsets\":false,\"use_regex\":%s}"
        .formatted(prefixSpace, useRegex);
  }

  static ObjectNode with(String normalizer, String... preTokenizers) throws IOException {
    ObjectNode tree = shipped();
    tree.set("normalizer", json(normalizer));
    tree.set(
        "pre_tokenizer",
        json(
            "{\"type\":\"Sequence\",\"pretokenizers\":[" + String.join(",", preTokenizers) + "]}"));
    return tree;
  }

  static JsonNode json(String text) {
    return Shipped.JSON.readTree(text);
  }

  private static JsonNode beginningOfText() {
    return json(
        """
        {"type":"Sequence","processors":[
          {"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true},
          {"type":"TemplateProcessing",
           "single":[{"SpecialToken":{"id":"<|startoftext|>","type_id":0}},
                     {"Sequence":{"id":"A","type_id":0}},
                     {"SpecialToken":{"id":"<|endoftext|>","type_id":0}}],
           "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],
           "special_tokens":{
             "<|startoftext|>":{"id":"<|startoftext|>","ids":[2032],"tokens":["<|startoftext|>"]},
             "<|endoftext|>":{"id":"<|endoftext|>","ids":[2033],"tokens":["<|endoftext|>"]}}}]}
        """);
  }

  /** Replaces the merges by 1,776 random ones over few symbols, so that merges overlap and tie. */
  static void randomMerges(ObjectNode tree, long seed) {
    Random random = new Random(seed);
    ObjectNode model = (ObjectNode) tree.get("model");
    List<String> tokens = new ArrayList<>();
    for (String symbol : "a b c e l o ' . 1 2 \u0120 \u00c3 \u00a9".split(" ")) {
      tokens.add(symbol);
    }
    ObjectNode vocabulary = Shipped.JSON.createObjectNode();
    for (var entry : model.get("vocab").properties()) {
      if (entry.getKey().length() == 1) {
        vocabulary.put(entry.getKey(), entry.getValue().asInt());
      }
    }
    ArrayNode merges = Shipped.JSON.createArrayNode();
    while (vocabulary.size() < 2032) {
      String left = tokens.get(random.nextInt(tokens.size()));
      String right = tokens.get(random.nextInt(tokens.size()));
      if (left.length() + right.length() > 6) {
        continue;
      }
      merges.add(Shipped.JSON.createArrayNode().add(left).add(right));
      if (!vocabulary.has(left + right)) {
        vocabulary.put(left + right, vocabulary.size());
        tokens.add(left + right);
      }
    }
    model.set("vocab", vocabulary);
    model.set("merges", merges);
  }

  /** Llama 2's pipeline: visible spaces, byte fallback, unknown tokens. */
  private static ObjectNode sentencepiece() {
    ObjectNode vocabulary = Shipped.JSON.createObjectNode();
    vocabulary.put("<unk>", 0).put("<s>", 1).put("</s>", 2);
    for (int b = 0; b < 256; b++) {
      vocabulary.put("<0x%02X>".formatted(b), vocabulary.size());
    }
    List<String> tokens = new ArrayList<>();
    for (String symbol : "\u2581 a b c d e h l o r t w . , ' 1 2 \u4f60 \u00e9".split(" ")) {
      vocabulary.put(symbol, vocabulary.size());
      tokens.add(symbol);
    }
    ArrayNode merges = Shipped.JSON.createArrayNode();
    Random random = new Random(3);
    while (merges.size() < 300) {
      String left = tokens.get(random.nextInt(tokens.size()));
      String right = tokens.get(random.nextInt(tokens.size()));
      if (!vocabulary.has(left + right)) {
        vocabulary.put(left + right, vocabulary.size());
        tokens.add(left + right);
        merges.add(left + " " + right);
      }
    }
    ObjectNode tree =
        (ObjectNode)
            json(
                """
                {"version":"1.0","truncation":null,"padding":null,
                 "added_tokens":[
                  {"id":0,"content":"<unk>","single_word":false,"lstrip":false,"rstrip":false,
                   "normalized":true,"special":true},
                  {"id":1,"content":"<s>","single_word":false,"lstrip":false,"rstrip":false,
                   "normalized":true,"special":true},
                  {"id":2,"content":"</s>","single_word":false,"lstrip":false,"rstrip":false,
                   "normalized":false,"special":true}],
                 "normalizer":{"type":"Sequence","normalizers":[
                  {"type":"Prepend","prepend":"\u2581"},
                  {"type":"Replace","pattern":{"String":" "},"content":"\u2581"}]},
                 "pre_tokenizer":null,
                 "post_processor":null,
                 "decoder":{"type":"Sequence","decoders":[
                  {"type":"Replace","pattern":{"String":"\u2581"},"content":" "},
                  {"type":"ByteFallback"},{"type":"Fuse"},
                  {"type":"Strip","content":" ","start":1,"stop":0}]},
                 "model":{"type":"BPE","dropout":null,"unk_token":"<unk>",
                  "continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":true,
                  "byte_fallback":true}}
                """);
    ((ObjectNode) tree.get("model")).set("vocab", vocabulary);
    ((ObjectNode) tree.get("model")).set("merges", merges);
    return tree;
  }

  /**
   * Added tokens of every kind: overlapping, stripping, single words, normalised, in vocabulary.
   */
  private static ObjectNode oddTokens() throws IOException {
    ObjectNode tree = with("{\"type\":\"NFC\"}", split(QWEN, "Isolated"), byteLevel(false, false));
    ArrayNode added = (ArrayNode) tree.get("added_tokens");
    String[][] tokens = {
      {"ab", ""},
      {"abc", ""},
      {"bcd", "special"},
      {"<m>", "lstrip rstrip special"},
      {"word", "single_word"},
      {"x ", "rstrip"},
      {" y", "lstrip"},
      {"caf\u00e9", "normalized"},
      {"e\u0301", "normalized"},
      {"\u00e9", "normalized single_word"},
      {"the", "normalized special"},
      {"\n\n", ""},
      {"==", "single_word lstrip"},
      {"\ud83d\ude00", ""},
    };
    for (String[] token : tokens) {
      ObjectNode node = Shipped.JSON.createObjectNode();
      node.put("id", 2032 + added.size()).put("content", token[0]);
      for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized", "special")) {
        node.put(flag, token[1].contains(flag));
      }
      added.add(node);
    }
    return tree;
  }
}
