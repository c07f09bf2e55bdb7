package org.unmask.model.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.unmask.weights.CheckpointException;

/**
 * Turns tokens back into text: the {@code decoder} of a {@code tokenizer.json}. The text is the
 * concatenation of what the last decoder returns.
 */
@FunctionalInterface
interface TokenDecoder {

  List<String> decode(List<String> tokens);

  /** Reads a decoder; without one, tokens are joined by spaces as in the official library. */
  static TokenDecoder parse(Spec spec) throws CheckpointException {
    if (!spec.exists()) {
      return tokens -> List.of(String.join(" ", tokens));
    }
    String type = spec.string("type");
    return switch (type) {
      case "ByteLevel" -> BYTE_LEVEL;
      case "ByteFallback" -> TokenDecoder::byteFallback;
      case "Fuse" -> tokens -> List.of(String.join("", tokens));
      case "Metaspace" -> Metaspace.parse(spec);
      case "Replace" -> {
        Pattern pattern = Regex.parse(spec.get("pattern"));
        String content = spec.string("content");
        yield tokens -> tokens.stream().map(t -> Regex.replace(pattern, t, content)).toList();
      }
      case "Strip" -> {
        String content = spec.string("content");
        int start = spec.get("start").asInt(Integer.MAX_VALUE);
        int stop = spec.get("stop").asInt(Integer.MAX_VALUE);
        if (content.codePointCount(0, content.length()) != 1) {
          throw spec.get("content").fail("must be one character");
        }
        yield tokens -> tokens.stream().map(t -> strip(t, content, start, stop)).toList();
      }
      case "Sequence" -> {
        List<TokenDecoder> steps = new ArrayList<>();
        for (Spec step : spec.get("decoders").elements()) {
          steps.add(parse(step));
        }
        yield steps.size() == 1
            ? steps.getFirst()
            : tokens -> {
              for (TokenDecoder step : steps) {
                tokens = step.decode(tokens);
              }
              return tokens;
            };
      }
      default ->
          throw spec.unknownType(
              type, "ByteLevel, ByteFallback, Fuse, Metaspace, Replace, Strip, Sequence");
    };
  }

  /** Reads all tokens as bytes and decodes them together. */
  TokenDecoder BYTE_LEVEL =
      tokens -> {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String token : tokens) {
          bytes.writeBytes(ByteAlphabet.decode(token));
        }
        return List.of(Utf8.decode(bytes.toByteArray(), bytes.size()));
      };

  /** Decodes each run of {@code <0xHH>}; a run that is not UTF-8 gives one U+FFFD per byte. */
  private static List<String> byteFallback(List<String> tokens) {
    List<String> out = new ArrayList<>(tokens.size());
    ByteArrayOutputStream run = new ByteArrayOutputStream();
    for (String token : tokens) {
      int b = byteOf(token);
      if (b >= 0) {
        run.write(b);
      } else {
        flush(run, out);
        out.add(token);
      }
    }
    flush(run, out);
    return out;
  }

  private static void flush(ByteArrayOutputStream run, List<String> out) {
    if (run.size() > 0) {
      try {
        out.add(
            StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(run.toByteArray()))
                .toString());
      } catch (CharacterCodingException e) {
        out.add("\uFFFD".repeat(run.size()));
      }
      run.reset();
    }
  }

  /** The byte that {@code <0xHH>} stands for, or -1. */
  static int byteOf(String token) {
    if (token.length() != 6 || !token.startsWith("<0x") || token.charAt(5) != '>') {
      return -1;
    }
    int high = Character.digit(token.charAt(3), 16);
    int low = Character.digit(token.charAt(4), 16);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }

  private static String strip(String token, String content, int start, int stop) {
    int from = 0;
    for (int i = 0; i < start && token.startsWith(content, from); i++) {
      from += content.length();
    }
    int to = token.length();
    for (int i = 0; i < stop && to - content.length() >= from; i++) {
      if (!token.startsWith(content, to - content.length())) {
        break;
      }
      to -= content.length();
    }
    return token.substring(from, to);
  }
}
