package org.unmask.model.tokenizer;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.JsonFiles;
import org.unmask.weights.safetensors.Names;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Reads the tokenizer files of a model folder. */
final class TokenizerFiles {
  private static final int MOST_MERGES = 1 << 22;
  private static final long MOST_MERGES_BYTES = 1L << 26;

  /** Qwen2's pattern, for folders without a {@code tokenizer.json}. */
  private static final String QWEN =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private final Path folder;
  private final Map<String, Integer> vocabulary = new HashMap<>();

  private TokenizerFiles(Path folder) {
    this.folder = folder;
  }

  static TokenizerParts read(Path folder) throws IOException {
    TokenizerFiles files = new TokenizerFiles(folder);
    if (Files.isRegularFile(folder.resolve("tokenizer.json"))) {
      return files.readTokenizerJson();
    }
    if (Files.isRegularFile(folder.resolve("vocab.json"))
        && Files.isRegularFile(folder.resolve("merges.txt"))) {
      return files.readVocabularyAndMerges();
    }
    throw new CheckpointException(
        folder + ": no tokenizer, it has neither tokenizer.json nor vocab.json with merges.txt");
  }

  /** Returns a JSON file of the folder; a missing one has no members. */
  private Spec file(String name) throws IOException {
    Path path = folder.resolve(name);
    JsonNode tree =
        Files.isRegularFile(path) ? JsonFiles.readObject(path) : MissingNode.getInstance();
    return new Spec(tree, path + ": ");
  }

  private TokenizerParts readTokenizerJson() throws IOException {
    Spec spec = file("tokenizer.json");
    Spec model = spec.get("model");
    String type = model.string("type", "BPE");
    if (!type.equals("BPE")) {
      throw model.unknownType(type, "BPE");
    }
    readVocabulary(model.get("vocab"));
    String prefix = model.string("continuing_subword_prefix", "");
    List<Spec> lines = model.get("merges").elements();
    MergeTable merges = newMergeTable(model.get("merges"), lines.size());
    for (Spec line : lines) {
      if (line.node().isArray()) {
        List<Spec> pair = line.elements();
        if (pair.size() != 2) {
          throw line.fail("must be two tokens");
        }
        addMerge(merges, line, pair.get(0).asString(), pair.get(1).asString(), prefix);
      } else {
        addMerge(merges, line, line.asString(), prefix);
      }
    }
    Bpe bpe = new Bpe(vocabulary, merges, options(model, prefix));
    AddedTokenList added = new AddedTokenList(vocabulary);
    added.addTokenizerJson(spec.get("added_tokens"));
    addConfigured(added);
    return parts(
        added,
        TextNormalizer.parse(spec.get("normalizer")),
        PreTokenizer.parse(spec.get("pre_tokenizer")),
        bpe,
        PostProcessor.parse(spec.get("post_processor")),
        TokenDecoder.parse(spec.get("decoder")));
  }

  private Bpe.Options options(Spec model, String prefix) throws CheckpointException {
    int unknown = -1;
    if (model.get("unk_token").exists()) {
      Integer id = vocabulary.get(model.string("unk_token"));
      if (id == null) {
        throw model.get("unk_token").fail("is not in the vocabulary");
      }
      unknown = id;
    }
    return new Bpe.Options(
        unknown,
        model.bool("fuse_unk", false),
        model.bool("byte_fallback", false),
        model.bool("ignore_merges", false),
        prefix,
        model.string("end_of_word_suffix", ""));
  }

  /** GPT-2's and Qwen2's older layout, with the pipeline that their own code runs. */
  private TokenizerParts readVocabularyAndMerges() throws IOException {
    Spec vocabularySpec = file("vocab.json");
    readVocabulary(vocabularySpec);
    Path path = folder.resolve("merges.txt");
    if (Files.size(path) > MOST_MERGES_BYTES) {
      throw new CheckpointException(path + ": too large for a list of merges");
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(path, StandardCharsets.UTF_8);
    } catch (CharacterCodingException e) {
      throw new CheckpointException(path + ": not valid UTF-8");
    }
    Spec where = new Spec(MissingNode.getInstance(), path + ": line");
    MergeTable merges = newMergeTable(where, lines.size());
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !(i == 0 && line.startsWith("#version"))) {
        addMerge(merges, new Spec(where.node(), where.where() + " " + (i + 1)), line, "");
      }
    }
    Bpe bpe = new Bpe(vocabulary, merges, new Bpe.Options(-1, false, false, false, "", ""));
    AddedTokenList added = new AddedTokenList(vocabulary);
    addConfigured(added);
    String tokenizerClass = file("tokenizer_config.json").string("tokenizer_class", "");
    boolean gpt2 = tokenizerClass.startsWith("GPT2") || tokenizerClass.startsWith("Roberta");
    PreTokenizer pieces =
        gpt2
            ? PreTokenizer.byteLevel(false, true)
            : PreTokenizer.sequence(
                List.of(
                    new Splitter(Regex.compile(QWEN), Splitter.Behavior.ISOLATED, false),
                    PreTokenizer.byteLevel(false, false)));
    return parts(
        added,
        gpt2 ? text -> text : text -> UnicodeForms.normalize(text, Normalizer.Form.NFC),
        pieces,
        bpe,
        PostProcessor.NONE,
        TokenDecoder.BYTE_LEVEL);
  }

  private void readVocabulary(Spec spec) throws CheckpointException {
    if (!spec.node().isObject()) {
      throw spec.fail("must be an object of tokens and ids");
    }
    for (Map.Entry<String, JsonNode> entry : spec.node().properties()) {
      Spec id = new Spec(entry.getValue(), spec.where() + " entry " + Names.quote(entry.getKey()));
      vocabulary.put(Utf8.wellFormed(entry.getKey()), id.asInt(AddedTokenList.LARGEST_ID));
    }
  }

  private static MergeTable newMergeTable(Spec spec, int size) throws CheckpointException {
    if (size > MOST_MERGES) {
      throw spec.fail("count " + size + " is more than " + MOST_MERGES);
    }
    return new MergeTable(size);
  }

  private int nextRank;

  private void addMerge(MergeTable merges, Spec where, String line, String prefix)
      throws CheckpointException {
    int space = line.indexOf(' ');
    if (space < 0 || line.indexOf(' ', space + 1) >= 0) {
      throw where.fail("must be two tokens and a space between, is " + Names.quote(line));
    }
    addMerge(merges, where, line.substring(0, space), line.substring(space + 1), prefix);
  }

  private void addMerge(MergeTable merges, Spec where, String left, String right, String prefix)
      throws CheckpointException {
    String merged = left + right.substring(Math.min(prefix.length(), right.length()));
    merges.put(known(where, left), known(where, right), nextRank++, known(where, merged));
  }

  private int known(Spec where, String token) throws CheckpointException {
    Integer id = vocabulary.get(token);
    if (id == null) {
      throw where.fail(
          "needs the token " + Names.quote(token) + ", which is not in the vocabulary");
    }
    return id;
  }

  /** Adds what the files beside the tokenizer say about added tokens and their roles. */
  private void addConfigured(AddedTokenList added) throws IOException {
    Spec tokenizerConfig = file("tokenizer_config.json");
    Spec specialTokens = file("special_tokens_map.json");
    added.nameRoles(tokenizerConfig);
    added.nameRoles(specialTokens);
    added.addDecoderTable(tokenizerConfig.get("added_tokens_decoder"));
    added.addPlain(file("added_tokens.json"));
    added.guardRoles(file("config.json"));
  }

  private TokenizerParts parts(
      AddedTokenList added,
      TextNormalizer normalizer,
      PreTokenizer preTokenizer,
      Bpe bpe,
      PostProcessor postProcessor,
      TokenDecoder decoder) {
    return new TokenizerParts(
        new AddedTokens(added.searchOrder(), normalizer, added.guarded()),
        preTokenizer,
        bpe,
        postProcessor,
        decoder,
        added.ids(),
        added.tokens(),
        added.special());
  }
}
