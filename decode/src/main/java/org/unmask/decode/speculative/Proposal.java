package org.unmask.decode.speculative;

/** How a draft's tokens came about, which decides the rules that are exact for it. */
public enum Proposal {
  /** Chosen without drawing from a law, or by draws that the verifier's do not depend on. */
  DETERMINISTIC,
  /** Each drawn from its own law, which depends on committed tokens only. */
  INDEPENDENT,
  /** Each drawn given the draft tokens before it. */
  SEQUENTIAL,
  /** Siblings drawn from one law without replacement. */
  SIBLINGS,
  /** The most probable ones of a law, yet carrying its probabilities as if they had been drawn. */
  TOP_K,
  /** Drawn in an order in which a token may depend on later ones, as in several denoising steps. */
  NONCAUSAL
}
