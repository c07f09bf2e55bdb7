package org.unmask.model;

/** Which keys a row may attend to, among the slots [0, keys) of its {@link Query}. */
public sealed interface AttentionMask {

  /** Every row sees every key. */
  record Full() implements AttentionMask {}

  /** A row sees the keys whose slot is not above its own. */
  record Causal() implements AttentionMask {}

  /**
   * A row sees the keys of its own and of earlier blocks, by slot: {@code key / blockLength <= row
   * / blockLength}.
   *
   * @param blockLength slots per block, at least 1
   */
  record BlockCausal(int blockLength) implements AttentionMask {
    /** Checks the block length. */
    public BlockCausal {
      if (blockLength < 1) {
        throw new IllegalArgumentException(
            "block length of the attention mask must be at least 1, was " + blockLength);
      }
    }
  }

  /** An arbitrary mask. */
  non-sealed interface Explicit extends AttentionMask {

    /**
     * Tells whether a row may attend to a key.
     *
     * @param row index among the rows of the query, from 0
     * @param slot key slot in [0, keys)
     */
    boolean sees(int row, int slot);
  }
}
