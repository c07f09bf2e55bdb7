package org.unmask.model;

/**
 * A small network that drafts from the hidden states of a frozen causal model (Chimera, arXiv
 * 2402.15758): a trigram encoder, one layer over the states of the verified text and the trigrams
 * of the newer tokens, and a head per draft step.
 *
 * <p>Used by one thread at a time, like the backbone's denoiser.
 */
public interface DraftHeads {

  /** Returns how many tokens ahead it can draft. */
  int heads();

  /** Returns the floats of a hidden state. */
  int hiddenSize();

  /** Returns the number of logits per row, V. */
  int vocabSize();

  /**
   * Makes an empty cache of the layer's keys and values.
   *
   * @param slots at least 1
   */
  KvCache newCache(int slots);

  /**
   * Takes in the backbone's states of verified tokens, each in the slot of its position.
   *
   * @param cache receives their keys and values
   * @param position of the first
   * @param states (count, hiddenSize), the first at {@code from}
   * @param count at least 1
   */
  void remember(KvCache cache, int position, float[] states, int from, int count);

  /**
   * Drafts one step for some rows: each says what follows its newest token.
   *
   * @param cache holds the verified text; receives the rows
   * @param head draft step, from 0
   * @param trigrams (count, 3) the last tokens of each row, oldest first
   * @param positions of the newest token of each row
   * @param slots that the rows are stored in
   * @param keys slots that are visible, before the mask
   * @param mask what each row sees
   * @param state (hiddenSize) of the last verified token
   * @param logits receives (count, vocabSize)
   */
  void draft(
      KvCache cache,
      int head,
      int[] trigrams,
      int[] positions,
      int[] slots,
      int keys,
      AttentionMask mask,
      float[] state,
      float[] logits);

  /**
   * Drafts one step from the last verified state alone, as Medusa does; for comparison.
   *
   * @param head draft step, from 0
   * @param state (hiddenSize) of the last verified token
   * @param logits receives (vocabSize)
   */
  void draftBlindly(int head, float[] state, float[] logits);
}
