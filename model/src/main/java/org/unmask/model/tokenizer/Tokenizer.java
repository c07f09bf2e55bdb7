package org.unmask.model.tokenizer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Text to ids and back, as the official {@code tokenizers} library has it for the same files.
 *
 * <p>Immutable and safe to share between threads. Encoding takes O(n log n) for n characters; the
 * ids of up to 10,000 short pieces are remembered.
 *
 * <p>Halves of surrogate pairs in a text are read as U+FFFD, since UTF-8 cannot express them.
 */
public final class Tokenizer {
  private final AddedTokens addedTokens;
  private final PreTokenizer preTokenizer;
  private final Bpe bpe;
  private final PostProcessor postProcessor;
  private final TokenDecoder decoder;
  private final Map<String, Integer> ids;
  private final @Nullable String[] tokens;
  private final BitSet special;

  Tokenizer(TokenizerParts parts) {
    this.addedTokens = parts.addedTokens();
    this.preTokenizer = parts.preTokenizer();
    this.bpe = parts.bpe();
    this.postProcessor = parts.postProcessor();
    this.decoder = parts.decoder();
    this.ids = parts.ids();
    this.tokens = parts.tokens();
    this.special = parts.special();
  }

  /**
   * Loads the tokenizer of a model folder: {@code tokenizer.json}, or {@code vocab.json} with
   * {@code merges.txt}; then what {@code added_tokens.json} and {@code tokenizer_config.json} add.
   *
   * @param folder the model folder
   * @return the tokenizer
   * @throws org.unmask.weights.CheckpointException if the folder has none, or one that is invalid
   *     or not a byte-pair encoding; the message is one line
   * @throws IOException if a file cannot be read
   */
  public static Tokenizer load(Path folder) throws IOException {
    return new Tokenizer(TokenizerFiles.read(folder));
  }

  /**
   * Encodes a text the way the official library does by default: the text of special tokens becomes
   * their ids, and the post-processor adds its tokens (such as Llama's beginning of text).
   *
   * @param text any text
   * @return ids
   */
  public int[] encode(String text) {
    return encode(text, true, true);
  }

  /**
   * Encodes a text, and lets the post-processor add its tokens.
   *
   * @param text any text
   * @param allowSpecial whether the text of special tokens becomes their ids; if not, it is encoded
   *     as any other text
   * @return ids
   */
  public int[] encode(String text, boolean allowSpecial) {
    return encode(text, allowSpecial, true);
  }

  /**
   * Encodes a text.
   *
   * <p>Special are, here, tokens marked so and those that {@code config.json}, {@code
   * tokenizer_config.json} or {@code special_tokens_map.json} give a role, such as a mask token
   * that is not marked.
   *
   * @param text any text
   * @param allowSpecial whether the text of special tokens becomes their ids; if not, it is encoded
   *     as any other text
   * @param addSpecial whether the post-processor adds its tokens; not wanted for a rendered chat,
   *     whose template has printed them already
   * @return ids
   */
  public int[] encode(String text, boolean allowSpecial, boolean addSpecial) {
    String wellFormed = Utf8.wellFormed(text);
    IntList out = new IntList(text.length() / 3);
    if (addSpecial) {
      out.addAll(postProcessor.before());
    }
    PlainRanges plain = allowSpecial ? PlainRanges.NONE : PlainRanges.all(wellFormed.length());
    encode(wellFormed, plain, out);
    if (addSpecial) {
      out.addAll(postProcessor.after());
    }
    return out.toArray();
  }

  /**
   * Encodes a text whose parts differ in whether they may hold special tokens, such as a rendered
   * chat. The ids are those of the whole text, with no seams between parts; the post-processor adds
   * nothing.
   *
   * @param parts the text's parts in order
   * @return ids
   */
  public int[] encode(List<TextPart> parts) {
    StringBuilder text = new StringBuilder();
    List<int[]> plain = new ArrayList<>();
    for (TextPart part : parts) {
      int start = text.length();
      text.append(Utf8.wellFormed(part.text()));
      if (!part.allowSpecial()) {
        plain.add(new int[] {start, text.length()});
      }
    }
    IntList out = new IntList(text.length() / 3);
    encode(text.toString(), new PlainRanges(plain), out);
    return out.toArray();
  }

  private void encode(String text, PlainRanges plain, IntList out) {
    addedTokens.split(
        text,
        plain,
        new AddedTokens.Sink() {
          @Override
          public void text(String piece, boolean atStart) {
            preTokenizer.split(
                new PreTokenizer.Piece(piece, atStart), part -> bpe.encode(part.text(), out));
          }

          @Override
          public void token(int id) {
            out.add(id);
          }
        });
  }

  /**
   * Decodes ids. Ids without a token give nothing.
   *
   * @param ids any ids
   * @param skipSpecial whether tokens marked special are left out
   * @return the text; bytes that are not UTF-8 become U+FFFD
   */
  public String decode(int[] ids, boolean skipSpecial) {
    List<String> kept = new ArrayList<>(ids.length);
    for (int id : ids) {
      String token = kept(id, skipSpecial);
      if (token != null) {
        kept.add(token);
      }
    }
    return String.join("", decoder.decode(kept));
  }

  /**
   * Starts decoding ids that arrive one by one.
   *
   * @param skipSpecial whether tokens marked special are left out
   * @return a decoder for one sequence and one thread
   */
  public StreamingDecoder streamingDecoder(boolean skipSpecial) {
    return decoder == TokenDecoder.BYTE_LEVEL
        ? new ByteStreamingDecoder(this, skipSpecial)
        : new TextStreamingDecoder(this, skipSpecial);
  }

  /** The token that decoding sees for an id, null if it is skipped or there is none. */
  @Nullable String kept(int id, boolean skipSpecial) {
    return id < 0 || id >= tokens.length || skipSpecial && special.get(id) ? null : tokens[id];
  }

  /**
   * Finds the id of a token.
   *
   * @param token an added token's text, or a vocabulary entry in its alphabet ({@code "Ġthe"})
   * @return its id, if it is a token
   */
  public OptionalInt idOf(String token) {
    Integer id = ids.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /**
   * Finds the token of an id.
   *
   * @param id any number
   * @return an added token's text or a vocabulary entry in its alphabet, if the id has one
   */
  public Optional<String> tokenOf(int id) {
    return Optional.ofNullable(kept(id, false));
  }

  /**
   * Tells whether a token is marked special.
   *
   * @param id any number
   * @return whether a decoder that skips special tokens skips it
   */
  public boolean isSpecial(int id) {
    return id >= 0 && special.get(id);
  }

  /**
   * Returns the bound of the ids. A model's logits may have more columns; no token belongs to them.
   *
   * @return one more than the largest id that has a token
   */
  public int vocabSize() {
    return tokens.length;
  }
}
