package org.unmask.model;

/** What a network's predictions may depend on, which decides the algorithms that go with it. */
public enum Conditioning {
  /** All visible tokens, on both sides: a denoiser that fills masks. */
  FULL("bidirectional", "unmask-llada-6m"),
  /** The tokens before: an autoregressive model. */
  CAUSAL("causal", "unmask-qwen-ar-6m"),
  /**
   * The tokens before and, behind any of them, a group of mask tokens that speak of the tokens
   * further on (SPACE, arXiv 2402.11809). Without groups it is a causal model.
   */
  MASK_GROUPS("causal with mask groups", "unmask-space-6m"),
  /** Any known tokens, by query slots over a rank order (AS-ARM, arXiv 2504.20456). */
  RANK_ORDER("any-subset", "unmask-asarm-6m"),
  /** The prompt and the last few tokens, in blocks (Markov transformer, arXiv 2006.01112). */
  BARRIERS("Markov", "unmask-markov-6m");

  private final String word;
  private final String example;

  Conditioning(String word, String example) {
    this.word = word;
    this.example = example;
  }

  /** Returns the adjective for messages, such as {@code causal}. */
  public String word() {
    return word;
  }

  /** Returns a shipped model of this kind. */
  public String example() {
    return example;
  }

  /** Tells whether tokens are written left to right only. */
  public boolean isCausal() {
    return this == CAUSAL || this == MASK_GROUPS;
  }

  /** Tells whether a network of this kind can be used as one of another. */
  public boolean serves(Conditioning wanted) {
    return this == wanted || (this == MASK_GROUPS && wanted == CAUSAL);
  }
}
