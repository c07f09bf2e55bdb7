package org.unmask.model.tokenizer;

import java.util.Arrays;

/** Streams tokens of the byte alphabet, O(1) per byte: holds back at most three bytes. */
final class ByteStreamingDecoder extends StreamingDecoder {
  private final Tokenizer tokenizer;
  private final boolean skipSpecial;
  private byte[] pending = new byte[0];

  ByteStreamingDecoder(Tokenizer tokenizer, boolean skipSpecial) {
    this.tokenizer = tokenizer;
    this.skipSpecial = skipSpecial;
  }

  @Override
  public String next(int id) {
    String token = tokenizer.kept(id, skipSpecial);
    if (token == null) {
      return "";
    }
    byte[] added = ByteAlphabet.decode(token);
    byte[] bytes = Arrays.copyOf(pending, pending.length + added.length);
    System.arraycopy(added, 0, bytes, pending.length, added.length);
    int certain = bytes.length - Utf8.incompleteTail(bytes, bytes.length);
    pending = Arrays.copyOfRange(bytes, certain, bytes.length);
    return Utf8.decode(bytes, certain);
  }

  @Override
  public String finish() {
    String rest = Utf8.decode(pending, pending.length);
    pending = new byte[0];
    return rest;
  }
}
