package org.unmask.jinja;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.el.JinjavaInterpreterResolver;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Renders a Jinja template: template and variables to text, as transformers' {@code
 * apply_chat_template} does. Whatever jinjava is known to render otherwise than Python is mended or
 * refused: it never returns a text that it has doubts about.
 *
 * <p>{@code strftime_now} is not defined, so templates that know a date to fall back on use it, and
 * the same chat gives the same text every day. Safe for use by several threads.
 */
public final class JinjaRenderer implements BiFunction<String, Map<String, ?>, String> {

  private static final long MOST_CHARACTERS = 1L << 24;

  private final Jinjava jinjava;
  private final Set<String> filters;
  private final Set<String> tests;

  /** Creates the engine; takes some tenths of a second. */
  public JinjaRenderer() {
    jinjava =
        new Jinjava(
            JinjavaConfig.newBuilder()
                .withLocale(Locale.ROOT)
                .withKeepTrailingNewline(true) // PythonSyntax took away what has to go
                .withNestedInterpretationEnabled(false) // or what users write would be rendered too
                .withMaxOutputSize(MOST_CHARACTERS)
                .withElResolver(
                    new PythonResolver(JinjavaInterpreterResolver.DEFAULT_RESOLVER_READ_ONLY))
                .build());
    var context = jinjava.getGlobalContext();
    context.registerFunction(
        new ELFunctionDefinition(
            "", "raise_exception", JinjaRenderer.class, "raise", Object.class));
    context.registerFilter(
        filter("trim", text -> PythonStrings.strip(text.toString(), PythonStrings.SPACE)));
    context.registerFilter(
        filter(
            "tojson",
            value -> {
              throw new IllegalArgumentException("filter tojson is not supported");
            }));
    tests = context.getAllExpTests().stream().map(ExpTest::getName).collect(Collectors.toSet());
    filters = context.getAllFilters().stream().map(Filter::getName).collect(Collectors.toSet());
  }

  /**
   * Renders.
   *
   * @param template Jinja source
   * @param variables strings, booleans, numbers, lists and maps of them; null counts as none
   * @return the text
   * @throws IllegalArgumentException if the template fails, or asks for what is not supported; the
   *     message is one line
   */
  @Override
  public String apply(String template, Map<String, ?> variables) {
    RenderResult result =
        jinjava.renderForResult(
            PythonSyntax.rewrite(template, filters, tests), new HashMap<>(variables));
    for (TemplateError error : result.getErrors()) {
      throw new IllegalArgumentException(message(error));
    }
    return result.getOutput();
  }

  private static String message(TemplateError error) {
    Throwable cause = error.getException();
    while (cause != null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String text = cause != null && cause.getMessage() != null ? cause.getMessage() : "";
    text = text.isBlank() ? String.valueOf(error.getMessage()) : text;
    text = text.strip().replaceAll("\\s+", " ");
    return "line "
        + error.getLineno()
        + ": "
        + (text.length() > 200 ? text.substring(0, 200) : text);
  }

  /**
   * The function {@code raise_exception} of chat templates.
   *
   * @param message why the template refuses the chat
   */
  public static Object raise(Object message) {
    throw new IllegalArgumentException("the template refuses the chat: " + message);
  }

  private interface Transform {
    Object of(Object value);
  }

  private static Filter filter(String name, Transform transform) {
    return new Filter() {
      @Override
      public String getName() {
        return name;
      }

      @Override
      public @Nullable Object filter(
          @Nullable Object value, JinjavaInterpreter interpreter, String... args) {
        return value == null ? null : transform.of(value);
      }
    };
  }
}
