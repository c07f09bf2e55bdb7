/**
 * Chats as prompts: what a checkpoint's chat template makes of a list of messages.
 *
 * {@snippet :
 * ChatTemplate template = ChatTemplates.forFolder(folder);
 * List<ChatMessage> chat = List.of(new ChatMessage("user", "Hello"));
 * int[] prompt = template.encode(Tokenizer.load(folder), chat, true);
 * }
 *
 * <p>The templates of the supported families are written in Java and chosen by recognising the
 * checkpoint's own template text, never by the model's name. Any other is refused here; a caller
 * with a Jinja engine can implement {@link org.unmask.model.chat.ChatTemplate} over {@link
 * org.unmask.model.chat.ChatTemplates#text}.
 */
package org.unmask.model.chat;
