package org.unmask.model.tokenizer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds added tokens in text: leftmost, longest first, as the official library's automaton does.
 *
 * <p>Two passes: tokens with {@code normalized=false} are sought in the raw text, then each piece
 * between them is normalised and searched for the others. O(text length x longest token).
 */
final class AddedTokens {
  private static final Pattern WORD =
      Pattern.compile("\\w", Pattern.UNICODE_CHARACTER_CLASS); // as of UTS #18

  /**
   * An added token.
   *
   * @param id its id
   * @param content its text
   * @param singleWord matches only where no word character touches it
   * @param lstrip swallows white space on its left
   * @param rstrip swallows white space on its right
   * @param normalized is sought in normalised text
   * @param special is dropped by a decoder that skips special tokens
   */
  record Token(
      int id,
      String content,
      boolean singleWord,
      boolean lstrip,
      boolean rstrip,
      boolean normalized,
      boolean special) {}

  /** Receives the parts of a text in order. */
  interface Sink {
    /** Receives normalised text without added tokens; {@code atStart} if the text begins here. */
    void text(String piece, boolean atStart);

    /** Receives an added token. */
    void token(int id);
  }

  private static final class Node {
    final Map<Character, Node> next = new HashMap<>(2);
    final int depth;
    @Nullable Token token;

    Node(int depth) {
      this.depth = depth;
    }
  }

  private final Node raw = new Node(0);
  private final Node normalized = new Node(0);
  private final TextNormalizer normalizer;
  private final Set<Integer> guarded;

  /**
   * Builds both search trees.
   *
   * @param tokens all added tokens, special ones first as the official library orders them
   * @param normalizer applied to text between raw tokens, and to the patterns of the others
   * @param guarded ids that text must not produce unless it is allowed to
   */
  AddedTokens(Collection<Token> tokens, TextNormalizer normalizer, Set<Integer> guarded) {
    this.normalizer = normalizer;
    this.guarded = Set.copyOf(guarded);
    for (Token token : tokens) {
      if (token.normalized()) {
        insert(normalized, normalizer.normalize(token.content()), token);
      } else {
        insert(raw, token.content(), token);
      }
    }
  }

  private static void insert(Node node, String content, Token token) {
    if (content.isEmpty()) {
      return;
    }
    for (int i = 0; i < content.length(); i++) {
      int depth = i + 1;
      node = node.next.computeIfAbsent(content.charAt(i), c -> new Node(depth));
    }
    if (node.token == null) { // of two tokens with one pattern the first wins
      node.token = token;
    }
  }

  /** Splits a text into added tokens and normalised pieces. */
  void split(String text, PlainRanges plain, Sink sink) {
    for (Part part : find(raw, text, plain)) {
      if (part.token() != null) {
        sink.token(part.token().id());
        continue;
      }
      String before = text.substring(part.from(), part.to());
      String piece = normalizer.normalize(before);
      PlainRanges plainInside =
          normalized.next.isEmpty()
              ? PlainRanges.NONE
              : plain.within(
                  part.from(),
                  part.to(),
                  offset -> normalizer.normalize(before.substring(0, offset)).length());
      for (Part inner : find(normalized, piece, plainInside)) {
        if (inner.token() != null) {
          sink.token(inner.token().id());
        } else {
          sink.text(
              piece.substring(inner.from(), inner.to()), part.from() == 0 && inner.from() == 0);
        }
      }
    }
  }

  private record Part(int from, int to, @Nullable Token token) {}

  private List<Part> find(Node root, String text, PlainRanges plain) {
    List<Part> parts = new ArrayList<>();
    int done = 0;
    int i = 0;
    while (i < text.length() && !root.next.isEmpty()) {
      Node match = longestAt(root, text, i);
      if (match == null || match.token == null) {
        i++;
        continue;
      }
      Token token = match.token;
      int start = i;
      int end = i + match.depth;
      i = end; // the search goes on here even if the match is discarded below
      if (guarded.contains(token.id()) && plain.touch(start, end)
          || token.singleWord() && touchesWord(text, start, end)) {
        continue;
      }
      if (token.lstrip()) {
        while (start > done && UnicodeSpace.is(text.charAt(start - 1))) {
          start--;
        }
      }
      if (token.rstrip()) {
        while (end < text.length() && UnicodeSpace.is(text.charAt(end))) {
          end++;
        }
      }
      if (done < start) {
        parts.add(new Part(done, start, null));
      }
      parts.add(new Part(start, end, token));
      done = end;
    }
    if (done < text.length()) {
      parts.add(new Part(done, text.length(), null));
    }
    return parts;
  }

  /** Walks the tree from a position and returns the deepest node that ends a token. */
  private static @Nullable Node longestAt(Node root, String text, int from) {
    Node longest = null;
    Node node = root;
    for (int i = from; i < text.length(); i++) {
      node = node.next.get(text.charAt(i));
      if (node == null) {
        break;
      }
      if (node.token != null) {
        longest = node;
      }
    }
    return longest;
  }

  private static boolean touchesWord(String text, int start, int end) {
    return start > 0 && isWord(text.codePointBefore(start))
        || end < text.length() && isWord(text.codePointAt(end));
  }

  private static boolean isWord(int codePoint) {
    return WORD.matcher(Character.toString(codePoint)).matches();
  }
}
