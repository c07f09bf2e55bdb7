package org.unmask.model.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Seeded damage to files: single bytes, stretches, and JSON tokens swapped for hostile ones. */
public final class Mutations {
  private static final Pattern TOKEN =
      Pattern.compile("\"(?:[^\"\\\\]|\\\\.){0,60}\"|-?\\d+|true|false|null|[\\[\\]{}:,]");
  private static final String[] HOSTILE = {
    "null",
    "true",
    "-1",
    "0",
    "1e999",
    "2147483648",
    "9223372036854775807",
    "99999999999999999999999",
    "0.5",
    "\"\"",
    "\"x\"",
    "\"..\"",
    "\"/etc/passwd\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "[]",
    "{}",
    "[[]]",
    "{\"a\":{}}",
    "[0,1]",
    "\"(?:a|\"",
    "\"[\"",
    "NaN",
    "",
    ",",
    "[".repeat(5000),
    "{\"a\":".repeat(3000),
    "\"" + "y".repeat(20_000) + "\"",
  };

  private final Random random;

  public Mutations(long seed) {
    random = new Random(seed);
  }

  /** Returns a damaged copy: one to three mutations of either kind. */
  public byte[] damage(byte[] original) {
    byte[] bytes = original.clone();
    for (int n = random.nextInt(3); n >= 0; n--) {
      bytes = random.nextInt(3) == 0 ? damageBytes(bytes) : damageTokens(bytes);
    }
    return bytes;
  }

  private byte[] damageBytes(byte[] bytes) {
    if (bytes.length == 0) {
      return bytes;
    }
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(4)) {
      case 0 -> bytes[at] = (byte) random.nextInt(256);
      case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 2 -> {
        return Arrays.copyOf(bytes, at);
      }
      default -> {
        int length = Math.min(random.nextInt(40), bytes.length - at);
        System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), bytes, at, length);
      }
    }
    return bytes;
  }

  private byte[] damageTokens(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    List<int[]> tokens = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(text);
    while (matcher.find()) {
      tokens.add(new int[] {matcher.start(), matcher.end()});
    }
    if (tokens.isEmpty()) {
      return bytes;
    }
    int[] one = tokens.get(random.nextInt(tokens.size()));
    int[] other = tokens.get(random.nextInt(tokens.size()));
    String replacement =
        switch (random.nextInt(4)) {
          case 0 -> text.substring(other[0], other[1]);
          case 1 -> text.substring(one[0], one[1]) + "," + text.substring(one[0], one[1]);
          default -> HOSTILE[random.nextInt(HOSTILE.length)];
        };
    String damaged = text.substring(0, one[0]) + replacement + text.substring(one[1]);
    return damaged.getBytes(StandardCharsets.ISO_8859_1);
  }
}
