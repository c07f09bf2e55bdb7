package org.unmask.decode.speculative;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.random.RandomGenerator;
import org.unmask.model.AttentionMask;
import org.unmask.model.KvCache;
import org.unmask.model.Query;
import org.unmask.model.SublayerSkip;

/**
 * SWIFT's search for the sublayers that drafting can do without: sets of one size, judged by how
 * many tokens of a window of the response they would have predicted, in one pass.
 *
 * <p>The first and the last layer are always kept. Candidates are random but for every 25th, which
 * is the one of 200 random sets that a {@linkplain GaussianProcess process} fitted to the last 100
 * judged promises most of. The released code optimises over real-valued coordinates and skips the
 * sublayers of the highest; here sets are compared as they are.
 */
final class LayerSetOptimizer {

  private static final int TRIES_WITHOUT_GAIN = 300;
  private static final int TRIES = 1000;
  private static final int BAYES_INTERVAL = 25;
  private static final int BAYES_HISTORY = 100;
  private static final int BAYES_CANDIDATES = 200;
  private static final double BAYES_DEVIATIONS = 2.5;

  private final int layers;
  private final int skipped;
  private final double enough;
  private final int window;
  private final int scratch;
  private final Query query;
  private final RandomGenerator random;
  private final List<BitSet> judged = new ArrayList<>();
  private final List<Double> shares = new ArrayList<>();
  private BitSet sublayers = new BitSet(); // attention even, feed-forward odd, from layer 1 on
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
   * @param window tokens of the response that sets are judged by
   * @param verifier whose cache holds the prompt, with room for the window
   * @param suppressed token that is never proposed, or -1
   * @param random draws candidates
   */
  LayerSetOptimizer(
      int layers,
      double ratio,
      double enough,
      int window,
      CausalVerifier verifier,
      int suppressed,
      RandomGenerator random) {
    this.layers = layers;
    this.enough = enough;
    this.window = window;
    this.random = random;
    scratch = verifier.scratch();
    query = new Query(verifier.cache()).unshifted(true);
    if (suppressed >= 0) {
      query.suppress(suppressed);
    }
    skipped = (int) (2 * (layers - 2) * ratio);
    for (int layer = 1; layer < layers - 1; layer += 2) {
      sublayers.set(2 * (layer - 1), 2 * layer);
    }
    best = skip(sublayers);
    candidate = best;
  }

  private SublayerSkip skip(BitSet chosen) {
    BitSet attention = new BitSet();
    BitSet mlp = new BitSet();
    chosen.stream().forEach(s -> (s % 2 == 0 ? attention : mlp).set(1 + s / 2));
    return new SublayerSkip(attention, mlp);
  }

  /** Returns the sublayers to leave out. */
  SublayerSkip best() {
    return best;
  }

  /** Tells whether another set is to be judged, and the text is long enough for it. */
  boolean wantsPass(Text text) {
    return text.length() - text.prompt() > window + 1
        && tries < TRIES
        && sinceGain < TRIES_WITHOUT_GAIN
        && bestScore < enough;
  }

  /** Runs the candidate over the window, in slots of its own behind the prompt's. */
  Query pass(Text text) {
    int from = text.prompt() - 1;
    int[] slots = new int[window];
    int[] positions = new int[window];
    int[] parents = new int[window];
    int[] rows = new int[window];
    int first = scratch + Math.floorMod(from - scratch, KvCache.LANES);
    for (int i = 0; i < window; i++) {
      slots[i] = first + i;
      positions[i] = from + i;
      parents[i] = i - 1;
      rows[i] = i;
    }
    int[] fed = Arrays.copyOfRange(text.tokens(), from, from + window);
    return query
        .rows(fed, positions, slots, window)
        .mask(new AttentionMask.Tree(from, slots, parents))
        .predict(rows, window)
        .skip(candidate);
  }

  /** Judges the candidate by the pass made, and draws the next one. */
  void judge(Text text) {
    int right = 0;
    for (int i = 0; i < window; i++) {
      right += query.predictions().token(i) == text.tokens()[text.prompt() + i] ? 1 : 0;
    }
    double score = (double) right / window;
    tries++;
    sinceGain++;
    firstScore = firstScore < 0 ? score : firstScore;
    if (score > bestScore) {
      bestScore = score;
      best = candidate;
      sinceGain = 0;
    }
    if (judged.size() == BAYES_HISTORY) {
      judged.removeFirst();
      shares.removeFirst();
    }
    judged.add(sublayers);
    shares.add(score);
    sublayers = (tries + 1) % BAYES_INTERVAL == 0 ? promising() : random();
    candidate = skip(sublayers);
  }

  private BitSet random() {
    BitSet chosen = new BitSet();
    while (chosen.cardinality() < skipped) {
      chosen.set(random.nextInt(2 * (layers - 2)));
    }
    return chosen;
  }

  private BitSet promising() {
    GaussianProcess process = new GaussianProcess(judged, shares);
    BitSet most = sublayers;
    double highest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < BAYES_CANDIDATES; i++) {
      BitSet chosen = random();
      double bound = process.upperBound(chosen, BAYES_DEVIATIONS);
      if (bound > highest) {
        highest = bound;
        most = chosen;
      }
    }
    return most;
  }

  /** Returns the share of tokens that the best set predicts, and what the first set did. */
  double[] scores() {
    return new double[] {bestScore, firstScore};
  }
}
