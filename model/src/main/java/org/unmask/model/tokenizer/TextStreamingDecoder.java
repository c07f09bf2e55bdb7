package org.unmask.model.tokenizer;

import java.util.ArrayList;
import java.util.List;

/**
 * Streams tokens of any other decoder by decoding everything anew at each step, O(n^2) in all. Text
 * is held back while the last token is a single byte, whose run decodes as a whole.
 */
final class TextStreamingDecoder extends StreamingDecoder {
  private final Tokenizer tokenizer;
  private final boolean skipSpecial;
  private final List<Integer> ids = new ArrayList<>();
  private String emitted = "";

  TextStreamingDecoder(Tokenizer tokenizer, boolean skipSpecial) {
    this.tokenizer = tokenizer;
    this.skipSpecial = skipSpecial;
  }

  @Override
  public String next(int id) {
    String token = tokenizer.kept(id, skipSpecial);
    if (token == null) {
      return "";
    }
    ids.add(id);
    return TokenDecoder.byteOf(token) >= 0 ? "" : advance();
  }

  @Override
  public String finish() {
    String rest = advance();
    ids.clear();
    emitted = "";
    return rest;
  }

  private String advance() {
    int[] all = ids.stream().mapToInt(Integer::intValue).toArray();
    String text = tokenizer.decode(all, skipSpecial);
    String fresh = text.startsWith(emitted) ? text.substring(emitted.length()) : "";
    emitted += fresh;
    return fresh;
  }
}
