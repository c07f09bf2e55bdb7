package org.unmask.decode;

import org.unmask.model.SoftTokens;

/**
 * What ReMix (arXiv 2602.22868) feeds in place of masks: {@code (1 - b) e_mask + b e_soft}, where
 * e_soft is the expectation over the nucleus of the last distribution, its missing mass on the
 * mask. The nucleus is of the 50 most probable tokens the prefix of mass at most {@code clip(2
 * p_max, 0.2, 0.9)}, at least one.
 */
final class MaskMixtures implements SoftTokens {

  private static final int MOST = 50;
  private static final float[] BOUNDS = {4, 12, Float.POSITIVE_INFINITY};

  private final float beta;
  private final double mostDivergence;
  private final int maskId;
  private final LogitHistory history;
  private final int[][] tokens;
  private final float[][] weights;
  private final int[] counts;
  private final boolean[] isMixed;
  private boolean hasFollowed;

  MaskMixtures(DecodeContext context, float beta, double mostDivergence) {
    this.beta = beta;
    this.mostDivergence = mostDivergence;
    maskId = context.denoiser().maskId();
    int length = context.request().prompt().length + context.options().genLength();
    history = new LogitHistory(length, 2, context.suppressed());
    tokens = new int[length][];
    weights = new float[length][];
    counts = new int[length];
    isMixed = new boolean[length];
  }

  /** Returns the mixtures for the masks of the current block and before; rows are positions. */
  SoftTokens of(Step step) {
    for (int position = 0; position < isMixed.length; position++) {
      isMixed[position] =
          position < step.blockEnd() && step.canvas().isMasked(position) && counts[position] > 0;
    }
    return this;
  }

  @Override
  public int count(int position) {
    return isMixed[position] ? counts[position] : 0;
  }

  @Override
  public int token(int position, int i) {
    return tokens[position][i];
  }

  @Override
  public float weight(int position, int i) {
    return weights[position][i];
  }

  /**
   * Takes the distributions of a call.
   *
   * @return whether there was a call before this one that they could be compared with
   */
  boolean follow(Step step) {
    for (int row = 0; row < step.rows(); row++) {
      int position = step.position(row);
      history.follow(position, step.predictions(), row);
      if (history.calls(position) > 1 && history.diverges(position, mostDivergence)) {
        counts[position] = 0;
      } else {
        mix(position);
      }
    }
    boolean hasCompared = hasFollowed;
    hasFollowed = true;
    return hasCompared;
  }

  /** Makes a position's mixture of its last distribution. */
  private void mix(int position) {
    if (tokens[position] == null) {
      tokens[position] = new int[MOST + 1];
      weights[position] = new float[MOST + 1];
    }
    int call = history.calls(position) - 1;
    float[] row = history.logits(position, call);
    double mass = 0;
    int count = 0;
    boolean isWhole = false;
    for (int level = 0; !isWhole; level++) { // most nuclei lie close below the highest logit
      float least = history.max(position, call) - BOUNDS[level];
      int most = mostProbable(row, least, tokens[position]);
      isWhole = most == MOST || BOUNDS[level] == Float.POSITIVE_INFINITY;
      double first = history.probability(position, call, tokens[position][0]);
      double bound = Math.clamp(2 * first, .2, .9);
      mass = first;
      weights[position][0] = (float) (beta * first);
      for (count = 1; count < most; count++) {
        double p = history.probability(position, call, tokens[position][count]);
        if (mass + p > bound) {
          isWhole = true;
          break;
        }
        mass += p;
        weights[position][count] = (float) (beta * p);
      }
    }
    tokens[position][count] = maskId;
    weights[position][count++] = (float) (1 - beta * Math.min(mass, 1));
    counts[position] = count;
  }

  /**
   * Lists the tokens of the highest logits above a bound in descending order, the lower token first
   * on ties.
   */
  private static int mostProbable(float[] row, float least, int[] out) {
    int count = 0;
    for (int v = 0; v < row.length; v++) {
      if (row[v] > least && (count < MOST || row[v] > row[out[count - 1]])) {
        int i = count < MOST ? count++ : count - 1;
        for (; i > 0 && row[v] > row[out[i - 1]]; i--) {
          out[i] = out[i - 1];
        }
        out[i] = v;
      }
    }
    return count;
  }
}
