package org.unmask.decode.certify;

import org.unmask.decode.Noise;
import org.unmask.model.AttentionMask;
import org.unmask.model.DraftHeads;
import org.unmask.model.KvCache;

/** Draft heads of a toy network: pseudo-random functions of a trigram. */
record ToyHeads(int vocabSize, long seed) implements DraftHeads {

  static final int HIDDEN = 4;

  @Override
  public int heads() {
    return 4;
  }

  @Override
  public int hiddenSize() {
    return HIDDEN;
  }

  @Override
  public KvCache newCache(int slots) {
    return new KvCache() {
      @Override
      public int slots() {
        return slots;
      }

      @Override
      public void copy(int from, int to) {}
    };
  }

  @Override
  public void remember(KvCache cache, int position, float[] states, int from, int count) {}

  @Override
  public void draft(
      KvCache cache,
      int head,
      int[] trigrams,
      int[] positions,
      int[] slots,
      int keys,
      AttentionMask mask,
      float[] state,
      float[] logits) {
    for (int i = 0; i < positions.length; i++) {
      fill(seed + 31L * trigrams[3 * i + 1] + trigrams[3 * i + 2], logits, i * vocabSize);
    }
  }

  @Override
  public void draftBlindly(int head, float[] state, float[] logits) {
    fill(seed + head, logits, 0);
  }

  private void fill(long key, float[] logits, int from) {
    for (int v = 0; v < vocabSize - 1; v++) {
      logits[from + v] = (float) Noise.gumbel(key, v);
    }
    logits[from + vocabSize - 1] = -1e9f; // the mask
  }
}
