package org.unmask.model.chat;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.JsonFiles;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * Finds the chat template of a model folder.
 *
 * <p>Known are the templates of LLaDA and Llama 3 (headers; with or without the condition on the
 * generation prompt) and ChatML with or without a default system message (Qwen2, SmolLM2). They are
 * recognised by their text, in which spaces inside tags and the kind of quotes do not matter.
 */
public final class ChatTemplates {
  private static final long MAX_BYTES = 1L << 20;
  private static final Pattern TAG = Pattern.compile("\\{[{%].*?[%}]}", Pattern.DOTALL);
  private static final Pattern QUOTED_OR_SPACE = Pattern.compile("'[^']*'|\"[^\"]*\"|\\s+");
  private static final Pattern DEFAULT_SYSTEM =
      Pattern.compile("\\{\\{'<\\|im_start\\|>system\n([^'{}<]*)<\\|im_end\\|>\n'}}");

  // The known templates in canonical form; SYSTEM stands for the default system message.
  private static final String HEADER_TURN =
      "'<|start_header_id|>'+m['role']+'<|end_header_id|>\n\n'+m['content']|trim+'<|eot_id|>'";
  private static final String HEADER_PROMPT =
      "{{'<|start_header_id|>assistant<|end_header_id|>\n\n'}}";
  private static final String IF_PROMPT = "{%ifadd_generation_prompt%}";
  private static final String ENDIF = "{%endif%}";
  private static final String HEADERS =
      "{%forminmessages%}{%ifloop.first%}{{bos_token}}{%endif%}{{" + HEADER_TURN + "}}{%endfor%}";
  private static final String HEADERS_BY_SET =
      "{%setloop_messages=messages%}{%forminloop_messages%}{%setcontent="
          + HEADER_TURN
          + "%}{%ifloop.index0==0%}{%setcontent=bos_token+content%}{%endif%}{{content}}{%endfor%}";
  private static final String CHATML_TURN =
      "{{'<|im_start|>'+m['role']+'\n'+m['content']+'<|im_end|>'+'\n'}}{%endfor%}"
          + "{%ifadd_generation_prompt%}{{'<|im_start|>assistant\n'}}{%endif%}";
  private static final String CHATML = "{%forminmessages%}" + CHATML_TURN;
  private static final String CHATML_WITH_SYSTEM =
      "{%forminmessages%}{%ifloop.firstandmessages[0]['role']!='system'%}SYSTEM{%endif%}"
          + CHATML_TURN;

  private ChatTemplates() {}

  /**
   * Returns the chat template of a model folder.
   *
   * @param folder the model folder
   * @return its template
   * @throws CheckpointException if the folder has no template, or one that is not known here
   * @throws IOException if a file cannot be read
   */
  public static ChatTemplate forFolder(Path folder) throws IOException {
    return known(folder)
        .orElseThrow(
            () ->
                new CheckpointException(
                    folder
                        + ": its chat template is not built in; render it with a Jinja engine or"
                        + " give the prompt as plain text"));
  }

  /**
   * Returns the chat template of a model folder, if it is one that is known here.
   *
   * @param folder the model folder
   * @return its template; empty if it has to be rendered by a Jinja engine
   * @throws CheckpointException if the folder has no template
   * @throws IOException if a file cannot be read
   */
  public static Optional<ChatTemplate> known(Path folder) throws IOException {
    String text =
        text(folder)
            .orElseThrow(
                () ->
                    new CheckpointException(
                        folder + ": has no chat template; give the prompt as plain text"));
    return recognize(text, beginningOfText(folder));
  }

  /**
   * Returns the text of a folder's template: {@code chat_template.jinja}, else the {@code
   * chat_template} of {@code tokenizer_config.json} (of several, the one named {@code default}).
   *
   * @param folder the model folder
   * @return Jinja source, if the folder has any
   * @throws IOException if a file cannot be read
   */
  public static Optional<String> text(Path folder) throws IOException {
    Path file = folder.resolve("chat_template.jinja");
    if (Files.isRegularFile(file)) {
      if (Files.size(file) > MAX_BYTES) {
        throw new CheckpointException(file + ": too large for a chat template");
      }
      try {
        return Optional.of(Files.readString(file));
      } catch (CharacterCodingException e) {
        throw new CheckpointException(file + ": not valid UTF-8");
      }
    }
    JsonNode template = tokenizerConfig(folder).path("chat_template");
    for (JsonNode named : template.isArray() ? template : MissingNode.getInstance()) {
      if (named.path("name").asString("").equals("default")) {
        template = named.path("template");
      }
    }
    return template.isString() ? Optional.of(template.asString()) : Optional.empty();
  }

  /**
   * Returns the text that templates call {@code bos_token}.
   *
   * @param folder the model folder
   * @return the {@code bos_token} of {@code tokenizer_config.json}; empty if it has none
   * @throws IOException if the file cannot be read
   */
  public static String beginningOfText(Path folder) throws IOException {
    return tokens(folder).getOrDefault("bos_token", "");
  }

  /**
   * Returns the tokens that templates call by name: {@code bos_token}, {@code eos_token} and the
   * like.
   *
   * @param folder the model folder
   * @return name to text, from {@code tokenizer_config.json}; empty if it has none
   * @throws IOException if the file cannot be read
   */
  public static Map<String, String> tokens(Path folder) throws IOException {
    Map<String, String> tokens = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : tokenizerConfig(folder).properties()) {
      JsonNode token = entry.getValue();
      JsonNode text = token.isObject() ? token.path("content") : token;
      if (entry.getKey().endsWith("_token") && text.isString()) {
        tokens.put(entry.getKey(), text.asString());
      }
    }
    return tokens;
  }

  private static JsonNode tokenizerConfig(Path folder) throws IOException {
    Path file = folder.resolve("tokenizer_config.json");
    return Files.isRegularFile(file) ? JsonFiles.readObject(file) : MissingNode.getInstance();
  }

  /**
   * Recognises a template by its text.
   *
   * @param text Jinja source
   * @param bos what {@code bos_token} stands for
   * @return the template, if it is a known one
   */
  public static Optional<ChatTemplate> recognize(String text, String bos) {
    String canonical = canonical(text);
    Matcher system = DEFAULT_SYSTEM.matcher(canonical);
    String defaultSystem = "";
    if (system.find()) {
      defaultSystem = system.group(1);
      canonical = system.replaceFirst("SYSTEM");
    }
    return Optional.ofNullable(
        switch (canonical) {
          case HEADERS + IF_PROMPT + HEADER_PROMPT + ENDIF,
              HEADERS_BY_SET + IF_PROMPT + HEADER_PROMPT + ENDIF ->
              new HeaderTemplate(bos, false);
          case HEADERS + HEADER_PROMPT, HEADERS_BY_SET + HEADER_PROMPT ->
              new HeaderTemplate(bos, true);
          case CHATML -> new ChatMlTemplate("");
          case CHATML_WITH_SYSTEM -> new ChatMlTemplate(defaultSystem);
          default -> null;
        });
  }

  /** Drops spaces inside tags, unifies quotes, escapes and the loop variable's name. */
  private static String canonical(String text) {
    String oneName =
        TAG.matcher(text.strip())
            .replaceAll(tag -> Matcher.quoteReplacement(canonicalTag(tag.group())));
    return oneName
        .replace("{%formessagein", "{%formin")
        .replace("message['", "m['")
        .replace("m.role", "m['role']")
        .replace("m.content", "m['content']");
  }

  private static String canonicalTag(String tag) {
    return QUOTED_OR_SPACE
        .matcher(tag)
        .replaceAll(
            part -> {
              String text = part.group();
              boolean quoted = text.startsWith("'") || text.startsWith("\"");
              String kept =
                  quoted
                      ? "'" + text.substring(1, text.length() - 1).replace("\\n", "\n") + "'"
                      : "";
              return Matcher.quoteReplacement(kept);
            });
  }
}
