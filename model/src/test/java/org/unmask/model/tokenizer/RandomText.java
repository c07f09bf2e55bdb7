package org.unmask.model.tokenizer;

import java.util.Random;

/** Strings that are hard on tokenizers: all scripts, marks, spaces, digits, special tokens. */
final class RandomText {
  private static final String[] FIXED = {
    "the ",
    "Hello",
    " world",
    "don't",
    "I'LL",
    "we'Ve",
    "it'\u017f",
    "'s",
    "'",
    "\r\n",
    "\n\n",
    "\t",
    " ",
    "  ",
    "   ",
    "\u00a0",
    "\u3000",
    "\u2028",
    "\u0085",
    "\u200b",
    "\ufeff",
    "\u001c",
    "\u0000",
    "3.14e-10",
    "1234567",
    "\u0661\u0662",
    "\u00bd\u00b2\u2167",
    "\uff21\uff11",
    "caf\u00e9",
    "cafe\u0301",
    "\u212b",
    "\ufb01",
    "\u1100\u1161\u11a8",
    "\uac00",
    "\u0915\u094d\u0937",
    "a\u0323\u0307",
    "\ud83d\udc69\u200d\ud83d\udc67",
    "\ud83c\udffd",
    "\ud83c\uddef\ud83c\uddf5",
    "\u4f60\u597d",
    "\uff0c",
    "<|eot_id|>",
    "<|mdm_mask|>",
    "<|EOT_ID|>",
    "<|eot_id|",
    "<|",
    "|>",
    "!!",
    "...",
    "--",
    "_",
    "def f(x):",
    "\n    return",
    "a".repeat(40),
    " ".repeat(20),
    "==",
    "\ud840\udc00",
    "\ufffd",
    "\u0345\u0300",
    "\u0e01\u0e33",
  };

  private final Random random;

  RandomText(long seed) {
    random = new Random(seed);
  }

  String next() {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(12); n >= 0; n--) {
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> text.append(FIXED[random.nextInt(FIXED.length)]);
        case 3 -> ascii(text);
        case 4 -> repeat(text, 0x0300, 0x0370);
        case 5 -> repeat(text, 0x80, 0x3000);
        case 6 -> repeat(text, 0x20, 0x110000);
        default -> repeat(text, 0x10000, 0x1F000);
      }
    }
    return text.toString();
  }

  private void ascii(StringBuilder text) {
    for (int n = random.nextInt(10); n >= 0; n--) {
      text.append((char) (random.nextInt(20) == 0 ? random.nextInt(32) : 32 + random.nextInt(95)));
    }
  }

  private void repeat(StringBuilder text, int from, int to) {
    for (int n = random.nextInt(4); n >= 0; n--) {
      int codePoint = from + random.nextInt(to - from);
      boolean surrogate = codePoint >= 0xD800 && codePoint < 0xE000;
      text.appendCodePoint(surrogate ? 'x' : codePoint);
    }
  }
}
