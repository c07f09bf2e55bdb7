package org.unmask.model.chat;

import java.util.ArrayList;
import java.util.List;
import org.unmask.model.tokenizer.TextPart;

/**
 * The template of LLaDA and Llama 3: a header with the role, the trimmed content, an end of turn.
 *
 * @param bos put before the first message
 * @param alwaysPrompts opens the assistant's turn whether asked to or not, as the public LLaDA does
 */
record HeaderTemplate(String bos, boolean alwaysPrompts) implements ChatTemplate {

  @Override
  public List<TextPart> parts(List<ChatMessage> messages, boolean addGenerationPrompt) {
    List<TextPart> parts = new ArrayList<>();
    for (ChatMessage message : messages) {
      String opening = (parts.isEmpty() ? bos : "") + "<|start_header_id|>";
      parts.add(new TextPart(opening, true));
      parts.add(new TextPart(message.role(), false));
      parts.add(new TextPart("<|end_header_id|>\n\n", true));
      parts.add(new TextPart(PythonText.strip(message.content()), false));
      parts.add(new TextPart("<|eot_id|>", true));
    }
    if (alwaysPrompts || addGenerationPrompt) {
      parts.add(new TextPart("<|start_header_id|>assistant<|end_header_id|>\n\n", true));
    }
    return parts;
  }
}
