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

  /**
   * A tree of tokens behind a causal context: a row sees the context up to itself, its ancestors
   * and itself.
   *
   * @param context slots [0, context) hold the context
   * @param slots slot of each row; those below {@code context} are rows of the context
   * @param parents row of each row's parent, -1 if that is the context's end; below the row itself
   */
  record Tree(int context, int[] slots, int[] parents) implements Explicit {
    @Override
    public boolean sees(int row, int slot) {
      if (slot < context) {
        return slot <= slots[row];
      }
      int at = row;
      while (at >= 0 && slots[at] != slot) {
        at = parents[at];
      }
      return at >= 0;
    }
  }

  /**
   * Content in an order of ranks, and query slots (AS-ARM): a row sees the content whose rank is
   * below its threshold, and itself. A content row's threshold is its own rank + 1.
   *
   * @param ranks rank of the content in each slot; {@link Integer#MAX_VALUE} where there is none
   * @param thresholds of each row
   * @param slots slot of each row
   */
  record RankOrder(int[] ranks, int[] thresholds, int[] slots) implements Explicit {
    @Override
    public boolean sees(int row, int slot) {
      return slot == slots[row] || ranks[slot] < thresholds[row];
    }
  }

  /**
   * Content and groups of rows behind it, each invisible to all others: SPACE's mask groups, and
   * the blocks of a Markov transformer between two barriers.
   *
   * @param groups group of the row in each slot; {@link #CONTENT}, or {@link #EMPTY} if nobody may
   *     see the slot
   * @param context of each row, how many slots of content it sees
   * @param own group of each row, whose slots it sees up to its own
   * @param slots slot of each row
   */
  record Groups(int[] groups, int[] context, int[] own, int[] slots) implements Explicit {

    /** Stands for content in {@link #groups}. */
    public static final int CONTENT = -1;

    /** Stands for an unused slot in {@link #groups}. */
    public static final int EMPTY = -2;

    @Override
    public boolean sees(int row, int slot) {
      return groups[slot] == CONTENT
          ? slot < context[row]
          : groups[slot] == own[row] && slot <= slots[row];
    }
  }
}
