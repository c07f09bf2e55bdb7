package org.unmask.model.chat;

import java.util.List;
import java.util.stream.Collectors;
import org.unmask.model.tokenizer.TextPart;
import org.unmask.model.tokenizer.Tokenizer;

/** Renders chats the way a checkpoint was trained to read them. Implementations are immutable. */
@FunctionalInterface
public interface ChatTemplate {

  /**
   * Renders a chat in parts that tell the template's own text from the messages'.
   *
   * @param messages the chat, oldest first
   * @param addGenerationPrompt whether the assistant's turn is opened at the end
   * @return the text's parts in order; roles and contents do not allow special tokens
   */
  List<TextPart> parts(List<ChatMessage> messages, boolean addGenerationPrompt);

  /**
   * Renders a chat as text.
   *
   * @param messages the chat, oldest first
   * @param addGenerationPrompt whether the assistant's turn is opened at the end
   * @return the prompt
   */
  default String render(List<ChatMessage> messages, boolean addGenerationPrompt) {
    return parts(messages, addGenerationPrompt).stream()
        .map(TextPart::text)
        .collect(Collectors.joining());
  }

  /**
   * Renders and encodes a chat. The text of special tokens inside messages is encoded as ordinary
   * text, so nobody can end a turn or plant a mask by writing it; otherwise the ids are those of
   * the rendered text.
   *
   * @param tokenizer the checkpoint's tokenizer
   * @param messages the chat, oldest first
   * @param addGenerationPrompt whether the assistant's turn is opened at the end
   * @return the prompt's ids
   */
  default int[] encode(
      Tokenizer tokenizer, List<ChatMessage> messages, boolean addGenerationPrompt) {
    return tokenizer.encode(parts(messages, addGenerationPrompt));
  }
}
