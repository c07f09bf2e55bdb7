package org.unmask.decode.speculative;

/** What a rule does to the law of the output. */
public enum Exactness {
  /** The output has the verifier's law; greedy output is that of plain decoding. */
  EXACT,
  /** The output has another law, by design. */
  LOSSY,
  /** The output has another law, by mistake: refused unless asked for. */
  FORBIDDEN
}
