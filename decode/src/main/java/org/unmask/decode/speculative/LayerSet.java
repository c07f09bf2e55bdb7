package org.unmask.decode.speculative;

import java.util.BitSet;
import java.util.random.RandomGenerator;
import org.unmask.model.SublayerSkip;

/**
 * SWIFT's search for the sublayers that drafting can do without: random sets of one size, judged by
 * how many tokens of the text so far they would have predicted.
 *
 * <p>The first and the last layer are always kept. Every 25th candidate of the released code comes
 * from Bayesian optimisation; here all are random, which is what most of its candidates are.
 */
final class LayerSet {

  private static final int TRIES_WITHOUT_GAIN = 300;
  private static final int TRIES = 1000;

  private final int layers;
  private final int skipped;
  private final double enough;
  private final RandomGenerator random;
  private SublayerSkip best;
  private SublayerSkip candidate;
  private double bestScore = -1;
  private double firstScore = -1;
  private int tries;
  private int sinceGain;

  /**
   * Starts with every second layer skipped.
   *
   * @param layers of the network, at least 3
   * @param ratio share of the sublayers between the first and last layer that is skipped
   * @param enough share of predicted tokens at which the search ends
   * @param random draws candidates
   */
  LayerSet(int layers, double ratio, double enough, RandomGenerator random) {
    this.layers = layers;
    this.enough = enough;
    this.random = random;
    skipped = (int) (2 * (layers - 2) * ratio);
    BitSet odd = new BitSet();
    for (int l = 1; l < layers - 1; l += 2) {
      odd.set(l);
    }
    best = new SublayerSkip(odd, (BitSet) odd.clone());
    candidate = best;
  }

  SublayerSkip best() {
    return best;
  }

  /** Returns the set to judge next; at first the one in use. */
  SublayerSkip candidate() {
    return candidate;
  }

  boolean isSearching() {
    return tries < TRIES && sinceGain < TRIES_WITHOUT_GAIN && bestScore < enough;
  }

  /** Takes the candidate's share of predicted tokens. */
  void judge(double score) {
    tries++;
    sinceGain++;
    if (firstScore < 0) {
      firstScore = score;
    }
    if (score > bestScore) {
      bestScore = score;
      best = candidate;
      sinceGain = 0;
    }
    BitSet attention = new BitSet();
    BitSet mlp = new BitSet();
    for (int left = skipped; left > 0; ) {
      int sublayer = random.nextInt(2 * (layers - 2));
      BitSet kind = sublayer % 2 == 0 ? attention : mlp;
      int layer = 1 + sublayer / 2;
      if (!kind.get(layer)) {
        kind.set(layer);
        left--;
      }
    }
    candidate = new SublayerSkip(attention, mlp);
  }

  /** Returns by how much the best set predicts more tokens than the first. */
  double gain() {
    return bestScore - firstScore;
  }
}
