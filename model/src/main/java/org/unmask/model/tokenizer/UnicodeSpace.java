package org.unmask.model.tokenizer;

/** Unicode's {@code White_Space} property, all of it in the basic plane. */
final class UnicodeSpace {
  private UnicodeSpace() {}

  static boolean is(char c) {
    return c == ' '
        || c >= 0x09 && c <= 0x0D
        || c == 0x85
        || c == 0xA0
        || c == 0x1680
        || c >= 0x2000 && c <= 0x200A
        || c == 0x2028
        || c == 0x2029
        || c == 0x202F
        || c == 0x205F
        || c == 0x3000;
  }
}
