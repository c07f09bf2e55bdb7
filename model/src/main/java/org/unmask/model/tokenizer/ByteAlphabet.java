package org.unmask.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * GPT-2's printable stand-ins for bytes: visible Latin-1 characters stand for themselves, the other
 * 68 bytes for U+0100 and up, in order.
 */
final class ByteAlphabet {
  private static final char[] CHAR_OF_BYTE = new char[256];
  private static final short[] BYTE_OF_CHAR = new short[0x144];

  static {
    Arrays.fill(BYTE_OF_CHAR, (short) -1);
    char next = 0x100;
    for (int b = 0; b < 256; b++) {
      boolean visible = b >= 0x21 && b <= 0x7E || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
      CHAR_OF_BYTE[b] = visible ? (char) b : next++;
      BYTE_OF_CHAR[CHAR_OF_BYTE[b]] = (short) b;
    }
  }

  private ByteAlphabet() {}

  /** Writes each byte of a text's UTF-8 as one character. */
  static String encode(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    char[] out = new char[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      out[i] = CHAR_OF_BYTE[bytes[i] & 0xFF];
    }
    return new String(out);
  }

  /** Reads a token back: its bytes, or its own UTF-8 if a character is not in the alphabet. */
  static byte[] decode(String token) {
    byte[] out = new byte[token.length()];
    for (int i = 0; i < out.length; i++) {
      char c = token.charAt(i);
      if (c >= BYTE_OF_CHAR.length || BYTE_OF_CHAR[c] < 0) {
        return token.getBytes(StandardCharsets.UTF_8);
      }
      out[i] = (byte) BYTE_OF_CHAR[c];
    }
    return out;
  }
}
