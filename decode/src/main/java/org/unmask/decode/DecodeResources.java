package org.unmask.decode;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmask.decode.speculative.RowCosts;
import org.unmask.decode.speculative.TrigramCounts;
import org.unmask.model.Denoiser;
import org.unmask.model.DraftHeads;

/** What decoding needs to know beside the network. Immutable; start from {@link #none} and add. */
public final class DecodeResources {

  private static final DecodeResources NONE =
      new DecodeResources(
          List.of(), List.of(), new float[0], null, null, null, null, TrigramCounts.of());

  private final List<Integer> endTokens;
  private final List<Integer> delimiters;
  private final float[] frequencies;
  private final @Nullable Denoiser auxiliary;
  private final @Nullable FilterModel filter;
  private final @Nullable DraftHeads heads;
  private final @Nullable RowCosts costs;
  private final TrigramCounts trigrams;

  private DecodeResources(
      List<Integer> endTokens,
      List<Integer> delimiters,
      float[] frequencies,
      @Nullable Denoiser auxiliary,
      @Nullable FilterModel filter,
      @Nullable DraftHeads heads,
      @Nullable RowCosts costs,
      TrigramCounts trigrams) {
    this.endTokens = endTokens;
    this.delimiters = delimiters;
    this.frequencies = frequencies;
    this.auxiliary = auxiliary;
    this.filter = filter;
    this.heads = heads;
    this.costs = costs;
    this.trigrams = trigrams;
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
    return new DecodeResources(
        boxed(ids), delimiters, frequencies, auxiliary, filter, heads, costs, trigrams);
  }

  /** Returns a copy that knows the tokens which end a line, where AdaBlock may end a block. */
  public DecodeResources withDelimiters(int... ids) {
    return new DecodeResources(
        endTokens, boxed(ids), frequencies, auxiliary, filter, heads, costs, trigrams);
  }

  /**
   * Returns a copy that knows how frequent tokens are in a background corpus, for PC-Sampler.
   *
   * @param byToken share of each token id, in [0, 1]; of tokens behind the last it is 0
   */
  public DecodeResources withFrequencies(float... byToken) {
    return new DecodeResources(
        endTokens, delimiters, byToken.clone(), auxiliary, filter, heads, costs, trigrams);
  }

  /**
   * Returns a copy with an auxiliary network, such as the causal model that APD verifies with.
   *
   * @param model shares the vocabulary of the main network; used on the decoder's thread
   */
  public DecodeResources withAuxiliary(Denoiser model) {
    return new DecodeResources(
        endTokens, delimiters, frequencies, model, filter, heads, costs, trigrams);
  }

  /** Returns a copy with a trained filter, for Learn2PD. */
  public DecodeResources withFilter(FilterModel model) {
    return new DecodeResources(
        endTokens, delimiters, frequencies, auxiliary, model, heads, costs, trigrams);
  }

  /** Returns a copy with draft heads over the main network, for Chimera. */
  public DecodeResources withDraftHeads(DraftHeads model) {
    return new DecodeResources(
        endTokens, delimiters, frequencies, auxiliary, filter, model, costs, trigrams);
  }

  /** Returns a copy that knows what a pass of several rows costs on this machine. */
  public DecodeResources withRowCosts(RowCosts measured) {
    return new DecodeResources(
        endTokens, delimiters, frequencies, auxiliary, filter, heads, measured, trigrams);
  }

  /**
   * Returns a copy that knows which tokens follow two others, for ADED.
   *
   * @param known of a corpus; copied, so that sequences do not change it
   */
  public DecodeResources withTrigrams(TrigramCounts known) {
    return new DecodeResources(
        endTokens, delimiters, frequencies, auxiliary, filter, heads, costs, known.copy());
  }

  /** Returns a copy whose trigrams no other decoder's sequences change. */
  DecodeResources forOneDecoder() {
    return withTrigrams(trigrams);
  }

  /** Returns which tokens follow two others. */
  TrigramCounts trigrams() {
    return trigrams;
  }

  /** Returns what a pass of several rows costs. */
  RowCosts rowCosts() {
    if (costs == null) {
      throw new IllegalArgumentException(
          "cap measured needs the costs of this machine and none were given; measure them first");
    }
    return costs;
  }

  List<Integer> endTokens() {
    return endTokens;
  }

  List<Integer> delimiters() {
    return delimiters;
  }

  /** Returns how frequent a token is in the background corpus; the same for all without one. */
  double frequency(int token) {
    if (frequencies.length == 0) {
      return 1e-3;
    }
    return token < frequencies.length ? frequencies[token] : 0;
  }

  /** Returns the auxiliary network. */
  Denoiser auxiliary() {
    if (auxiliary == null) {
      throw new IllegalArgumentException(
          "the algorithm needs an auxiliary causal model and none was given; name one, such as"
              + " unmask-qwen-ar-3m");
    }
    return auxiliary;
  }

  /** Returns the draft heads. */
  DraftHeads draftHeads() {
    if (heads == null) {
      throw new IllegalArgumentException(
          "the algorithm needs draft heads and none were given; name some, such as"
              + " unmask-chimera-heads");
    }
    return heads;
  }

  /** Returns the trained filter. */
  FilterModel filter() {
    if (filter == null) {
      throw new IllegalArgumentException(
          "the algorithm needs a trained filter and none was given; train one for the model first");
    }
    return filter;
  }

  private static List<Integer> boxed(int... ids) {
    return IntStream.of(ids).boxed().toList();
  }

  @Override
  public String toString() {
    return "DecodeResources[endTokens=" + endTokens + ", delimiters=" + delimiters + "]";
  }
}
