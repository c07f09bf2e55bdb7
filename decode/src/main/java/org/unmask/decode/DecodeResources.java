package org.unmask.decode;

import java.util.List;

/** What decoding needs to know beside the network. Immutable; start from {@link #none} and add. */
public final class DecodeResources {

  private static final DecodeResources NONE =
      new DecodeResources(List.of(), List.of(), new float[0]);

  private final List<Integer> endTokens;
  private final List<Integer> delimiters;
  private final float[] frequencies;

  private DecodeResources(List<Integer> endTokens, List<Integer> delimiters, float[] frequencies) {
    this.endTokens = endTokens;
    this.delimiters = delimiters;
    this.frequencies = frequencies;
  }

  /** Returns empty resources. */
  public static DecodeResources none() {
    return NONE;
  }

  /**
   * Returns a copy that knows the tokens which end a text.
   *
   * @param ids token ids; the first one is what a canvas is filled up with
   */
  public DecodeResources withEndTokens(int... ids) {
    return new DecodeResources(boxed(ids), delimiters, frequencies);
  }

  /** Returns a copy that knows the tokens which end a line, where AdaBlock may end a block. */
  public DecodeResources withDelimiters(int... ids) {
    return new DecodeResources(endTokens, boxed(ids), frequencies);
  }

  /**
   * Returns a copy that knows how frequent tokens are in a background corpus, for PC-Sampler.
   *
   * @param byToken share of each token id, in [0, 1]
   */
  public DecodeResources withFrequencies(float... byToken) {
    return new DecodeResources(endTokens, delimiters, byToken.clone());
  }

  List<Integer> endTokens() {
    return endTokens;
  }

  List<Integer> delimiters() {
    return delimiters;
  }

  /** Returns how frequent a token is in the background corpus; the same for all without one. */
  double frequency(int token) {
    return frequencies.length == 0 ? 1e-3 : frequencies[token];
  }

  private static List<Integer> boxed(int... ids) {
    return java.util.stream.IntStream.of(ids).boxed().toList();
  }

  @Override
  public String toString() {
    return "DecodeResources[endTokens=" + endTokens + ", delimiters=" + delimiters + "]";
  }
}
