package org.unmask.decode.speculative;

import java.util.Arrays;

/**
 * ASSD's draft without a pass (arXiv 2504.20456): each place is drawn from what followed its left
 * neighbour among the tokens that are known, or from all known tokens where nothing did.
 *
 * <p>A round costs one pass, but may place a single token, so that the bound of {@link
 * SelfParallelDrafter}, no more passes than tokens, does not hold.
 */
public final class ContextBigramDrafter implements Drafter {

  private final AnyOrderVerifier verifier;
  private final int vocabSize;
  private final int length;
  private final boolean isGreedy;

  /**
   * Makes the drafter of one sequence.
   *
   * @param verifier of the any-subset network
   * @param vocabSize of the network
   * @param length tokens of a draft, k
   * @param isGreedy whether the most frequent token is taken instead of a drawn one
   */
  public ContextBigramDrafter(
      AnyOrderVerifier verifier, int vocabSize, int length, boolean isGreedy) {
    this.verifier = verifier;
    this.vocabSize = vocabSize;
    this.length = length;
    this.isGreedy = isGreedy;
  }

  @Override
  public Proposal proposal() {
    return Proposal.SEQUENTIAL;
  }

  @Override
  public Draft propose(Text text, int most, Chance chance) {
    int[] places = verifier.open(text, length);
    int[] tokens = text.tokens().clone();
    int[] drafted = new int[places.length];
    int[] parents = new int[places.length];
    double[][] laws = new double[places.length][];
    for (int i = 0; i < places.length; i++) {
      laws[i] = law(text, places[i] == 0 ? -1 : tokens[places[i] - 1]);
      drafted[i] = chance.draw(laws[i], places[i]);
      tokens[places[i]] = drafted[i];
      parents[i] = i - 1;
    }
    return new Draft(drafted, parents, places, laws, proposal());
  }

  /** Returns the shares of the tokens that followed one, or of all if none did. */
  private double[] law(Text text, int left) {
    double[] counts = new double[vocabSize];
    double sum = 0;
    for (int p = 1; p < text.limit(); p++) {
      if (text.tokens()[p - 1] == left && verifier.isPlaced(text, p)) {
        counts[text.tokens()[p]]++;
        sum++;
      }
    }
    for (int p = 0; sum == 0 && p < text.limit(); p++) {
      counts[text.tokens()[p]] += verifier.isPlaced(text, p) ? 1 : 0;
    }
    if (isGreedy) {
      return Warp.certain(Tops.best(counts), vocabSize);
    }
    double all = Arrays.stream(counts).sum();
    Arrays.setAll(counts, v -> counts[v] / all);
    return counts;
  }
}
