package org.unmask.model.tokenizer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.safetensors.Names;
import tools.jackson.databind.JsonNode;

/** Collects the added tokens of a folder's files and settles their ids. */
final class AddedTokenList {
  /** Larger ids are refused, so that no file can ask for a table of gigabytes. */
  static final int LARGEST_ID = (1 << 24) - 1;

  private static final List<String> ROLES =
      List.of(
          "bos_token",
          "eos_token",
          "pad_token",
          "mask_token",
          "unk_token",
          "sep_token",
          "cls_token");
  private static final List<String> ROLE_LISTS =
      List.of("additional_special_tokens", "extra_special_tokens");

  private final Map<String, Integer> vocabulary;
  private final Map<String, AddedTokens.Token> byContent = new LinkedHashMap<>();
  private final Map<Integer, String> contentOf = new HashMap<>();
  private final Set<String> roles = new HashSet<>();
  private final Set<Integer> guardedIds = new HashSet<>();
  private int largest = -1;

  AddedTokenList(Map<String, Integer> vocabulary) {
    this.vocabulary = vocabulary;
  }

  /**
   * Adds the list of a {@code tokenizer.json}. As in the official library a token of the vocabulary
   * keeps its id and any other gets the next free one; the stated id is not used.
   */
  void addTokenizerJson(Spec list) throws CheckpointException {
    if (!list.exists()) {
      return;
    }
    for (Spec token : list.elements()) {
      String content = token.string("content");
      if (!content.isEmpty()) {
        put(read(token, content, idFor(content), false));
      }
    }
  }

  /** Adds {@code added_tokens_decoder}: id to token, where the id counts. */
  void addDecoderTable(Spec table) throws CheckpointException {
    if (!table.exists()) {
      return;
    }
    TreeMap<Integer, Spec> sorted = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : table.node().properties()) {
      Spec token = table.get(entry.getKey());
      sorted.put(parseId(token, entry.getKey()), token);
    }
    for (Map.Entry<Integer, Spec> entry : sorted.entrySet()) {
      String content = entry.getValue().string("content");
      if (!content.isEmpty() && !byContent.containsKey(content)) {
        put(read(entry.getValue(), content, entry.getKey(), roles.contains(content)));
      }
    }
  }

  /** Adds {@code added_tokens.json}: token to id, for ids that have no token yet. */
  void addPlain(Spec table) throws CheckpointException {
    for (Map.Entry<String, JsonNode> entry : table.node().properties()) {
      String content = Utf8.wellFormed(entry.getKey());
      int id = new Spec(entry.getValue(), table.where() + Names.quote(content)).asInt(LARGEST_ID);
      if (!content.isEmpty() && !byContent.containsKey(content) && !contentOf.containsKey(id)) {
        put(
            new AddedTokens.Token(
                id, content, false, false, false, false, roles.contains(content)));
      }
    }
  }

  /** Remembers the tokens that a file gives a role, as text or as an object with the text. */
  void nameRoles(Spec file) throws CheckpointException {
    for (String role : ROLES) {
      nameRole(file.get(role));
    }
    for (String list : ROLE_LISTS) {
      for (JsonNode token : file.get(list).node()) { // a list, or an object of names and tokens
        nameRole(new Spec(token, file.get(list).where()));
      }
    }
  }

  private void nameRole(Spec token) throws CheckpointException {
    Spec text = token.node().isObject() ? token.get("content") : token;
    if (text.node().isString()) {
      roles.add(text.asString());
    }
  }

  /** Guards the ids that {@code config.json} gives a role. */
  void guardRoles(Spec config) {
    for (String role : ROLES) {
      JsonNode ids = config.node().path(role + "_id");
      for (JsonNode id : ids.isArray() ? ids : List.of(ids)) {
        if (id.isInt()) {
          guardedIds.add(id.asInt());
        }
      }
    }
  }

  private static AddedTokens.Token read(Spec token, String content, int id, boolean hasRole)
      throws CheckpointException {
    boolean special = token.bool("special", hasRole);
    return new AddedTokens.Token(
        id,
        content,
        token.bool("single_word", false),
        token.bool("lstrip", false),
        token.bool("rstrip", false),
        token.bool("normalized", !special),
        special);
  }

  private static int parseId(Spec token, String key) throws CheckpointException {
    try {
      int id = Integer.parseInt(key);
      if (id >= 0 && id <= LARGEST_ID) {
        return id;
      }
    } catch (NumberFormatException e) {
      // reported below
    }
    throw token.fail("has the key " + Names.quote(key) + ", which is no id up to " + LARGEST_ID);
  }

  private int idFor(String content) {
    AddedTokens.Token known = byContent.get(content);
    if (known != null) {
      return known.id();
    }
    Integer id = vocabulary.get(content);
    return id != null ? id : Math.max(vocabulary.size(), largest + 1);
  }

  private void put(AddedTokens.Token token) {
    byContent.put(token.content(), token);
    contentOf.put(token.id(), token.content());
    largest = Math.max(largest, token.id());
  }

  /** All tokens, special ones first. */
  List<AddedTokens.Token> searchOrder() {
    List<AddedTokens.Token> order = new ArrayList<>();
    byContent.values().stream().filter(AddedTokens.Token::special).forEach(order::add);
    byContent.values().stream().filter(token -> !token.special()).forEach(order::add);
    return order;
  }

  /** Ids that text must not produce unless it is allowed to. */
  Set<Integer> guarded() {
    Set<Integer> guarded = new HashSet<>(guardedIds);
    for (AddedTokens.Token token : byContent.values()) {
      if (token.special() || roles.contains(token.content())) {
        guarded.add(token.id());
      }
    }
    return guarded;
  }

  /** Ids that a decoder skips. */
  BitSet special() {
    BitSet special = new BitSet();
    for (AddedTokens.Token token : byContent.values()) {
      if (token.special()) {
        special.set(token.id());
      }
    }
    return special;
  }

  /** Token to id, of vocabulary and added tokens. */
  Map<String, Integer> ids() {
    Map<String, Integer> ids = new HashMap<>(vocabulary);
    byContent.forEach((content, token) -> ids.put(content, token.id()));
    return ids;
  }

  /** Id to token; an added token wins over the vocabulary. */
  @Nullable String[] tokens() {
    int size = largest + 1;
    for (int id : vocabulary.values()) {
      size = Math.max(size, id + 1);
    }
    @Nullable String[] tokens = new @Nullable String[size];
    vocabulary.forEach((token, id) -> tokens[id] = token);
    contentOf.forEach((id, content) -> tokens[id] = content);
    return tokens;
  }
}
