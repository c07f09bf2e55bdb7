package org.unmask.jinja;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rewrites what jinjava's parser does not know or gets wrong: {@code [::-1]}, arithmetic in the
 * arguments of {@code namespace}, the {@code generation} tags of training templates, and white
 * space around tags, which is taken away here as Jinja2 does with {@code trim_blocks} and {@code
 * lstrip_blocks}. Refuses what jinjava would leave out in silence.
 */
final class PythonSyntax {

  /** Name of the method that {@code [::-1]} becomes. */
  static final String REVERSED = "__reversed__";

  private static final Pattern CODE = // a string, or code up to the next string
      Pattern.compile(
          "'(?:[^'\\\\]|\\\\.)*+'|\"(?:[^\"\\\\]|\\\\.)*+\"|[^'\"]+|['\"]", Pattern.DOTALL);
  private static final Pattern REVERSE = Pattern.compile("\\[\\s*:\\s*:\\s*-\\s*1\\s*]");
  private static final Pattern STEP = Pattern.compile("\\[[^\\[\\]]*:[^\\[\\]]*:[^\\[\\]]*]");
  private static final Pattern SILENT =
      Pattern.compile("\\bloop\\s*\\.\\s*(previtem|nextitem|changed|cycle|depth0?)\\b");
  private static final Pattern FILTER = Pattern.compile("\\|\\s*(\\w+)");
  private static final Pattern TEST = Pattern.compile("\\bis\\s+(?:not\\s+)?(\\w+)");
  private static final String NAMESPACE = "namespace(";

  private final String template;
  private final Set<String> filters;
  private final Set<String> tests;
  private final StringBuilder out = new StringBuilder();

  private PythonSyntax(String template, Set<String> filters, Set<String> tests) {
    this.template = template;
    this.filters = filters;
    this.tests = tests;
  }

  /**
   * Rewrites a template; none of its tags has white-space control afterwards.
   *
   * @param filters names of the filters there are; jinjava leaves an unknown one out
   * @param tests names of the tests there are; to jinjava an unknown one is false
   * @throws IllegalArgumentException if it has something that would be rendered wrong
   */
  static String rewrite(String template, Set<String> filters, Set<String> tests) {
    int end = template.endsWith("\n") ? template.length() - 1 : template.length();
    return new PythonSyntax(template.substring(0, end), filters, tests).run();
  }

  private String run() {
    int at = 0;
    boolean isLineStart = true; // whether the text at hand begins a line
    for (int open = nextTag(0); open >= 0; open = nextTag(at)) {
      char kind = template.charAt(open + 1);
      int close = closing(open + 2, kind);
      char left = template.charAt(open + 2);
      char right = template.charAt(close - 1);
      String text = template.substring(at, open);
      if (left == '-') {
        text = text.stripTrailing();
      } else if (kind != '{' && left != '+') {
        text = withoutIndent(text, isLineStart);
      }
      out.append(text);
      String code =
          template.substring(
              open + 2 + (isSign(left) ? 1 : 0),
              Math.max(open + 2, close - (isSign(right) ? 1 : 0)));
      if (kind != '#') {
        tag(kind, code);
      }
      at = close + 2;
      if (right == '-') {
        while (at < template.length() && Character.isWhitespace(template.charAt(at))) {
          at++;
        }
      } else if (kind != '{' && right != '+' && template.startsWith("\n", at)) {
        at++;
      }
      isLineStart = template.charAt(at - 1) == '\n';
    }
    return out.append(template.substring(at)).toString();
  }

  private static boolean isSign(char c) {
    return c == '-' || c == '+';
  }

  private int nextTag(int from) {
    for (int i = template.indexOf('{', from); i >= 0; i = template.indexOf('{', i + 1)) {
      if (i + 1 < template.length() && "{%#".indexOf(template.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  /** Returns where the brackets that close a tag begin; those in strings do not count. */
  private int closing(int from, char kind) {
    String end = kind == '{' ? "}}" : kind + "}";
    char quote = 0;
    for (int i = from; i < template.length(); i++) {
      char c = template.charAt(i);
      if (quote == 0 && template.startsWith(end, i)) {
        return i;
      }
      if (quote != 0 && c == '\\') {
        i++;
      } else if (kind != '#' && (c == '\'' || c == '"')) {
        quote = quote == 0 ? c : quote == c ? 0 : quote;
      }
    }
    long line = template.substring(0, from).lines().count();
    throw new IllegalArgumentException("line " + line + ": a tag or a string in it is not closed");
  }

  /** Takes away the spaces before a tag that is the first thing on its line. */
  private static String withoutIndent(String text, boolean isLineStart) {
    int line = text.lastIndexOf('\n') + 1;
    boolean isAlone = text.substring(line).isBlank() && (line > 0 || isLineStart);
    return isAlone ? text.substring(0, line) : text;
  }

  private void tag(char kind, String code) {
    String word = code.strip();
    String known =
        word.equals("generation") ? " if true " : word.equals("endgeneration") ? " endif " : code;
    out.append('{').append(kind).append(code(known)).append(kind == '{' ? '}' : kind).append('}');
  }

  private String code(String code) {
    String rewritten =
        CODE.matcher(code)
            .replaceAll(
                part -> {
                  char first = part.group().charAt(0);
                  boolean isString = part.group().length() > 1 && (first == '\'' || first == '"');
                  return Matcher.quoteReplacement(
                      isString ? part.group() : outsideStrings(part.group()));
                });
    int at = rewritten.indexOf(NAMESPACE);
    return at < 0 ? rewritten : bracketed(rewritten, at + NAMESPACE.length());
  }

  private String outsideStrings(String code) {
    String reversed = REVERSE.matcher(code).replaceAll("." + REVERSED + "()");
    Matcher silent = SILENT.matcher(reversed);
    if (silent.find()) {
      throw new IllegalArgumentException("loop." + silent.group(1) + " is not supported");
    }
    refuseUnknown("filter", FILTER.matcher(reversed), filters);
    refuseUnknown("test", TEST.matcher(reversed), tests);
    if (STEP.matcher(reversed).find()) {
      throw new IllegalArgumentException("slices with a step are not supported, but for [::-1]");
    }
    return reversed;
  }

  private static void refuseUnknown(String what, Matcher names, Set<String> known) {
    while (names.find()) {
      if (!known.contains(names.group(1))) {
        throw new IllegalArgumentException("there is no " + what + " " + names.group(1));
      }
    }
  }

  /** Puts each value of {@code name=value, ...} from {@code from} into brackets of its own. */
  private static String bracketed(String tag, int from) {
    StringBuilder out = new StringBuilder(tag.substring(0, from));
    int depth = 0;
    char quote = 0;
    boolean isOpen = false;
    for (int i = from; i < tag.length(); i++) {
      char c = tag.charAt(i);
      if (quote != 0) {
        quote = c == quote && tag.charAt(i - 1) != '\\' ? 0 : quote;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '(' || c == '[' || c == '{') {
        depth++;
      } else if (depth == 0 && (c == ',' || c == ')')) {
        out.append(isOpen ? ")" : "");
        isOpen = false;
        if (c == ')') {
          return out.append(tag.substring(i)).toString();
        }
      } else if (c == ')' || c == ']' || c == '}') {
        depth--;
      } else if (depth == 0 && c == '=' && !isOpen) {
        out.append("=(");
        isOpen = true;
        continue;
      }
      out.append(c);
    }
    return out.toString();
  }
}
