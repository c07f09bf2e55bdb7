package org.unmask.model.chat;

import java.util.ArrayList;
import java.util.List;
import org.unmask.model.tokenizer.TextPart;

/**
 * ChatML, the template of the Qwen family and SmolLM2: contents are taken as they are.
 *
 * @param defaultSystem the system message of chats that begin with another; empty for none
 */
record ChatMlTemplate(String defaultSystem) implements ChatTemplate {

  @Override
  public List<TextPart> parts(List<ChatMessage> messages, boolean addGenerationPrompt) {
    List<TextPart> parts = new ArrayList<>();
    boolean bare = !messages.isEmpty() && !messages.getFirst().role().equals("system");
    if (bare && !defaultSystem.isEmpty()) {
      parts.add(new TextPart("<|im_start|>system\n" + defaultSystem + "<|im_end|>\n", true));
    }
    for (ChatMessage message : messages) {
      parts.add(new TextPart("<|im_start|>", true));
      parts.add(new TextPart(message.role(), false));
      parts.add(new TextPart("\n", true));
      parts.add(new TextPart(message.content(), false));
      parts.add(new TextPart("<|im_end|>\n", true));
    }
    if (addGenerationPrompt) {
      parts.add(new TextPart("<|im_start|>assistant\n", true));
    }
    return parts;
  }
}
