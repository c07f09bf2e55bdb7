package org.unmask.decode;

import java.util.Arrays;
import java.util.stream.IntStream;

/** What decoding needs to know beside the network. Immutable; start from {@link #none} and add. */
public final class DecodeResources {

  private static final DecodeResources NONE = new DecodeResources(new int[0]);

  private final int[] endTokens;

  private DecodeResources(int[] endTokens) {
    this.endTokens = endTokens;
  }

  /** Returns empty resources: no end tokens, nothing else. */
  public static DecodeResources none() {
    return NONE;
  }

  /** Returns a copy that knows the tokens which end a text. */
  public DecodeResources withEndTokens(int... ids) {
    return new DecodeResources(ids.clone());
  }

  /** Tells whether a token ends a text. */
  public boolean isEnd(int token) {
    return IntStream.of(endTokens).anyMatch(id -> id == token);
  }

  int[] endTokens() {
    return endTokens;
  }

  @Override
  public String toString() {
    return "DecodeResources[endTokens=" + Arrays.toString(endTokens) + "]";
  }
}
