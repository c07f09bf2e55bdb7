package org.unmask.tasks.parallelbench;

import java.util.Map;
import java.util.regex.Pattern;

/** Fills a prompt template. */
final class Template {

  private static final Pattern FIELD = Pattern.compile("\\{(\\w+)}");

  private Template() {}

  /**
   * Puts the fields' values in place of {@code {name}}, then a line break in place of each
   * backslash followed by n, in the template and in the values alike.
   *
   * @throws IllegalArgumentException if the template names a field that is missing
   */
  static String fill(String template, Map<String, Object> fields) {
    var out = new StringBuilder();
    var matcher = FIELD.matcher(template);
    int end = 0;
    while (matcher.find()) {
      Object value = fields.get(matcher.group(1));
      if (value == null) {
        throw new IllegalArgumentException(
            "the input has no field '" + matcher.group(1) + "', only " + fields.keySet());
      }
      out.append(template, end, matcher.start()).append(value);
      end = matcher.end();
    }
    return out.append(template, end, template.length()).toString().replace("\\n", "\n");
  }
}
