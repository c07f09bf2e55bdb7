package org.unmask.tasks.parallelbench;

/**
 * One turn of a conversation.
 *
 * @param role {@code user} or {@code assistant}
 * @param content the text, verbatim
 */
public record Message(String role, String content) {

  static Message user(String content) {
    return new Message("user", content);
  }

  static Message assistant(String content) {
    return new Message("assistant", content);
  }
}
