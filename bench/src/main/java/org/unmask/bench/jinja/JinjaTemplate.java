package org.unmask.bench.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unmask.model.chat.ChatMessage;
import org.unmask.model.chat.ChatTemplate;
import org.unmask.model.chat.PythonText;
import org.unmask.model.tokenizer.TextPart;

/**
 * A checkpoint's own chat template.
 *
 * <p>Each chat is rendered twice, once with marks in place of what messages say. So the template's
 * text is told from the messages', whose special tokens stay text, and a template that drops or
 * changes a message is refused instead of asking the model something else in silence. Contents may
 * be stripped of white space at their ends, nothing else.
 *
 * @param engine renders
 * @param source Jinja source
 * @param tokens variables that name tokens, such as {@code bos_token}
 */
public record JinjaTemplate(JinjaEngine engine, String source, Map<String, String> tokens)
    implements ChatTemplate {

  private static final Pattern MARK = Pattern.compile("\uE000(\\d+)\uE001");

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the template cannot be rendered, or not without doubt
   */
  @Override
  public List<TextPart> parts(List<ChatMessage> messages, boolean addGenerationPrompt) {
    List<ChatMessage> marked = new ArrayList<>();
    for (ChatMessage message : messages) {
      if (!message.role().matches("[a-z]+")) {
        throw refused("'" + message.role() + "' is no role");
      }
      marked.add(new ChatMessage(message.role(), "\uE000" + marked.size() + "\uE001"));
    }
    return split(
        messages, rendered(messages, addGenerationPrompt), rendered(marked, addGenerationPrompt));
  }

  /** Splits a text along the marks that stand where messages are. */
  private static List<TextPart> split(List<ChatMessage> messages, String text, String marked) {
    List<TextPart> parts = new ArrayList<>();
    List<Integer> order = new ArrayList<>();
    Matcher marks = MARK.matcher(marked);
    while (marks.find()) {
      order.add(Integer.parseInt(marks.group(1)));
    }
    String[] own = MARK.split(marked, -1);
    int at = add(parts, new TextPart(own[0], true), text, 0);
    for (int i = 0; i < order.size(); i++) {
      String content = messages.get(order.get(i)).content();
      boolean isWhole = text.startsWith(content + own[i + 1], at);
      String said = isWhole ? content : PythonText.strip(content);
      at = add(parts, new TextPart(said, false), text, at);
      at = add(parts, new TextPart(own[i + 1], true), text, at);
    }
    if (at != text.length()) {
      throw refused("it changes what messages say");
    }
    for (int i = 0; i < messages.size(); i++) {
      if (!order.contains(i)) {
        throw refused("it leaves out message " + (i + 1));
      }
    }
    return parts;
  }

  /** Adds a part, which must stand in the text. */
  private static int add(List<TextPart> parts, TextPart part, String text, int at) {
    if (!text.startsWith(part.text(), at)) {
      throw refused("it changes what messages say");
    }
    if (!part.text().isEmpty()) {
      parts.add(part);
    }
    return at + part.text().length();
  }

  private String rendered(List<ChatMessage> messages, boolean addGenerationPrompt) {
    Map<String, Object> variables = new HashMap<>(tokens);
    variables.put(
        "messages",
        messages.stream().map(m -> Map.of("role", m.role(), "content", m.content())).toList());
    variables.put("add_generation_prompt", addGenerationPrompt);
    variables.put("tools", null);
    variables.put("documents", null);
    String text;
    try {
      text = engine.render(source, variables);
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()));
    }
    if (text.isBlank()) {
      throw refused("it renders to nothing");
    }
    return text;
  }

  private static IllegalArgumentException refused(String why) {
    return new IllegalArgumentException(
        "the model's chat template cannot be used, " + why + "; give the prompt as plain text");
  }
}
