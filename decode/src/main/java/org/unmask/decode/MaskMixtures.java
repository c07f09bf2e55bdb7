package org.unmask.decode;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.unmask.model.SoftTokens;

/**
 * What ReMix (arXiv 2602.22868) feeds in place of masks: {@code (1 - b) e_mask + b e_soft}, where
 * e_soft is the expectation over the nucleus of the last distribution, its missing mass on the
 * mask. The nucleus is of the 50 most probable tokens the prefix of mass at most {@code clip(2
 * p_max, 0.2, 0.9)}, at least one.
 */
final class MaskMixtures implements SoftTokens {

  private static final int MOST = 50;
  private static final double FLOOR = 0x1p-23; // of float32 probabilities, as released

  private final float beta;
  private final double mostDivergence;
  private final int maskId;
  private final int suppressed;
  private final double[] @Nullable [] last;
  private final int[] @Nullable [] tokens;
  private final float[][] weights;
  private final boolean[] isMixed;
  private double[] row = {};
  private boolean hasFollowed;

  MaskMixtures(DecodeContext context, float beta, double mostDivergence) {
    this.beta = beta;
    this.mostDivergence = mostDivergence;
    maskId = context.denoiser().maskId();
    suppressed = context.suppressed();
    int length = context.request().prompt().length + context.options().genLength();
    last = new double[length][];
    tokens = new int[length][];
    weights = new float[length][];
    isMixed = new boolean[length];
  }

  /** Returns the mixtures for the masks of the current block and before; rows are positions. */
  SoftTokens of(Step step) {
    for (int position = 0; position < isMixed.length; position++) {
      isMixed[position] =
          position < step.blockEnd()
              && step.canvas().isMasked(position)
              && tokens[position] != null;
    }
    return this;
  }

  @Override
  public int count(int position) {
    return isMixed[position] ? weights[position].length : 0;
  }

  @Override
  public int token(int position, int i) {
    return Objects.requireNonNull(tokens[position])[i];
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
    int vocabSize = step.predictions().vocabSize();
    row = row.length < vocabSize ? new double[vocabSize] : row;
    for (int r = 0; r < step.rows(); r++) {
      int position = step.position(r);
      Softmax.load(step.predictions(), r, suppressed, row);
      Softmax.normalise(row, vocabSize);
      double[] before = last[position];
      boolean isReset = before != null && divergence(before, row, vocabSize) > mostDivergence;
      if (isReset) {
        tokens[position] = null;
      } else {
        mix(position, vocabSize);
      }
      last[position] = before == null ? row.clone() : before;
      System.arraycopy(row, 0, last[position], 0, vocabSize);
    }
    boolean hasCompared = hasFollowed;
    hasFollowed = true;
    return hasCompared;
  }

  /** Returns the Jensen-Shannon divergence in nats. */
  static double divergence(double[] a, double[] b, int count) {
    double sum = 0;
    for (int v = 0; v < count; v++) {
      double p = Math.max(a[v], FLOOR);
      double q = Math.max(b[v], FLOOR);
      double logMean = StrictMath.log((p + q) / 2);
      sum += p * (StrictMath.log(p) - logMean) + q * (StrictMath.log(q) - logMean);
    }
    return sum / 2;
  }

  /** Makes a position's mixture of the distribution in {@link #row}. */
  private void mix(int position, int vocabSize) {
    int[] nucleus = new int[MOST + 1];
    float[] weight = new float[MOST + 1];
    double mass = 0;
    double bound = 0;
    int count = 0;
    for (int n = 0; n < Math.min(MOST, vocabSize); n++) {
      int best = nextBest(vocabSize, nucleus, count);
      if (n == 0) {
        bound = Math.clamp(2 * row[best], 0.2, 0.9);
      } else if (mass + row[best] > bound) {
        break;
      }
      mass += row[best];
      nucleus[count] = best;
      weight[count++] = (float) (beta * row[best]);
    }
    nucleus[count] = maskId;
    weight[count++] = (float) (1 - beta * Math.min(mass, 1));
    tokens[position] = Arrays.copyOf(nucleus, count);
    weights[position] = Arrays.copyOf(weight, count);
  }

  /** Returns the most probable token that is not taken yet, the lowest on ties. */
  private int nextBest(int vocabSize, int[] taken, int count) {
    int best = -1;
    for (int v = 0; v < vocabSize; v++) {
      if (best < 0 || row[v] > row[best]) {
        boolean isTaken = false;
        for (int i = 0; i < count; i++) {
          isTaken |= taken[i] == v;
        }
        best = isTaken ? best : v;
      }
    }
    return best;
  }
}
