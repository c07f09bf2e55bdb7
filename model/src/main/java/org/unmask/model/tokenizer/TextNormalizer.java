package org.unmask.model.tokenizer;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.unmask.weights.CheckpointException;

/**
 * Changes text before it is cut into tokens: the {@code normalizer} of a {@code tokenizer.json}.
 */
@FunctionalInterface
interface TextNormalizer {

  String normalize(String text);

  /** Reads a normalizer; a missing one changes nothing. */
  static TextNormalizer parse(Spec spec) throws CheckpointException {
    if (!spec.exists()) {
      return text -> text;
    }
    String type = spec.string("type");
    return switch (type) {
      case "NFC", "NFD", "NFKC", "NFKD" -> {
        var form = Normalizer.Form.valueOf(type);
        yield text -> UnicodeForms.normalize(text, form);
      }
      case "Lowercase" -> TextNormalizer::lowercase;
      case "Prepend" -> {
        String prefix = spec.string("prepend");
        yield text -> text.isEmpty() ? text : prefix + text;
      }
      case "Replace" -> {
        Pattern pattern = Regex.parse(spec.get("pattern"));
        String content = spec.string("content");
        yield text -> Regex.replace(pattern, text, content);
      }
      case "Strip" -> {
        boolean left = spec.bool("strip_left", true);
        boolean right = spec.bool("strip_right", true);
        yield text -> strip(text, left, right);
      }
      case "Sequence" -> {
        List<TextNormalizer> steps = new ArrayList<>();
        for (Spec step : spec.get("normalizers").elements()) {
          steps.add(parse(step));
        }
        yield text -> {
          for (TextNormalizer step : steps) {
            text = step.normalize(text);
          }
          return text;
        };
      }
      default ->
          throw spec.unknownType(
              type, "NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace, Strip, Sequence");
    };
  }

  /** Maps each code point by itself, so a final sigma stays an ordinary one. */
  private static String lowercase(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().forEach(c -> out.append(Character.toString(c).toLowerCase(Locale.ROOT)));
    return out.toString();
  }

  private static String strip(String text, boolean left, boolean right) {
    int from = 0;
    int to = text.length();
    while (left && from < to && UnicodeSpace.is(text.charAt(from))) {
      from++;
    }
    while (right && to > from && UnicodeSpace.is(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }
}
