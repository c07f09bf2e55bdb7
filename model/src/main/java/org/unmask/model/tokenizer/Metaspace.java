package org.unmask.model.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.safetensors.Names;

/**
 * SentencePiece's visible spaces, both ways.
 *
 * @param replacement stands for a space, usually U+2581
 * @param scheme where one is put before the text
 * @param split whether each space starts a piece
 */
record Metaspace(String replacement, Scheme scheme, boolean split)
    implements PreTokenizer, TokenDecoder {

  /** Which pieces get a space in front, if they have none. */
  enum Scheme {
    ALWAYS,
    FIRST,
    NEVER
  }

  static Metaspace parse(Spec spec) throws CheckpointException {
    String scheme = spec.string("prepend_scheme", "always");
    if (!spec.bool("add_prefix_space", true)) { // the older spelling
      scheme = "never";
    }
    if (!List.of("always", "first", "never").contains(scheme)) {
      throw spec.fail("prepend_scheme " + Names.quote(scheme) + " is not always, first or never");
    }
    String replacement = spec.string("replacement", "\u2581");
    if (replacement.codePointCount(0, replacement.length()) != 1) {
      throw spec.fail("replacement " + Names.quote(replacement) + " must be one character");
    }
    return new Metaspace(
        replacement, Scheme.valueOf(scheme.toUpperCase(Locale.ROOT)), spec.bool("split", true));
  }

  @Override
  public void split(Piece piece, Consumer<Piece> out) {
    String text = piece.text().replace(" ", replacement);
    boolean prepend = scheme == Scheme.ALWAYS || scheme == Scheme.FIRST && piece.atStart();
    if (prepend && !text.startsWith(replacement)) {
      text = replacement + text;
    }
    Piece spaced = new Piece(text, piece.atStart());
    if (split) {
      new Splitter(
              Pattern.compile(Pattern.quote(replacement)),
              Splitter.Behavior.MERGED_WITH_NEXT,
              false)
          .split(spaced, out);
    } else {
      out.accept(spaced);
    }
  }

  @Override
  public List<String> decode(List<String> tokens) {
    List<String> out = new ArrayList<>(tokens.size());
    for (String token : tokens) {
      boolean first = out.isEmpty();
      out.add(token.replace(replacement, first && scheme != Scheme.NEVER ? "" : " "));
    }
    return out;
  }
}
