package org.unmask.bench.load;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmask.bench.jinja.JinjaEngine;
import org.unmask.bench.jinja.JinjaTemplate;
import org.unmask.model.chat.ChatMessage;
import org.unmask.model.chat.ChatTemplate;
import org.unmask.model.chat.ChatTemplates;
import org.unmask.model.tokenizer.Tokenizer;

/**
 * The text side of a checkpoint: its tokenizer, and its chat template where it is asked for. Needs
 * no weights. Used by one thread at a time.
 */
public final class ModelText {

  private final Path folder;
  private final Tokenizer tokenizer;
  private @Nullable ChatTemplate template;

  private ModelText(Path folder, Tokenizer tokenizer) {
    this.folder = folder;
    this.tokenizer = tokenizer;
  }

  /**
   * Reads a checkpoint's tokenizer.
   *
   * @param folder the checkpoint's folder
   * @throws IOException if it has none, or one of an unknown kind
   */
  public static ModelText open(Path folder) throws IOException {
    return new ModelText(folder, Tokenizer.load(folder));
  }

  /** Returns how many token ids the tokenizer knows. */
  public int tokens() {
    return tokenizer.vocabSize();
  }

  /** Returns the ids of a text; the text of special tokens becomes their ids. */
  public int[] encode(String text) {
    return tokenizer.encode(text);
  }

  /** Returns the token that ends a line, or nothing if that takes several. */
  public int[] lineEnd() {
    int[] newline = encode("\n");
    return newline.length == 1 ? newline : new int[0];
  }

  /**
   * Returns the ids of a conversation, ready for the assistant's answer.
   *
   * <p>A template that is not built in is rendered by the Jinja engine.
   *
   * @throws IOException if the checkpoint has no chat template, or the engine is missing
   * @throws IllegalArgumentException if the template cannot be rendered
   */
  public int[] chat(List<ChatMessage> messages) throws IOException {
    ChatTemplate known = template;
    if (known == null) {
      known = findTemplate();
      template = known;
    }
    return known.encode(tokenizer, messages, true);
  }

  private ChatTemplate findTemplate() throws IOException {
    Optional<ChatTemplate> known = ChatTemplates.known(folder);
    if (known.isPresent()) {
      return known.get();
    }
    Path home = Path.of(System.getProperty("unmask.home", ""));
    return new JinjaTemplate(
        JinjaEngine.in(home),
        ChatTemplates.text(folder).orElseThrow(),
        ChatTemplates.tokens(folder));
  }

  /** Says how conversations are rendered, or why they cannot be; tries one. */
  public String template() {
    try {
      if (ChatTemplates.known(folder).isPresent()) {
        return "built in";
      }
      findTemplate().parts(List.of(new ChatMessage("user", "Hello")), true);
      return "the folder's own, rendered by jinjava";
    } catch (IOException | IllegalArgumentException e) {
      return "none: " + e.getMessage();
    }
  }

  /** Returns the ids of a conversation in which a user says one thing. */
  public int[] chatUser(String content) throws IOException {
    return chat(List.of(new ChatMessage("user", content)));
  }

  /** Returns the text of ids, special tokens left out. */
  public String withoutSpecials(int... ids) {
    return tokenizer.decode(ids, true);
  }

  /** Returns the text of ids, special tokens written out. */
  public String withSpecials(int... ids) {
    return tokenizer.decode(ids, false);
  }
}
