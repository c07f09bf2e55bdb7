package org.unmask.model.chat;

/**
 * One message of a chat.
 *
 * @param role who speaks: {@code system}, {@code user} or {@code assistant}
 * @param content what they say
 */
public record ChatMessage(String role, String content) {}
