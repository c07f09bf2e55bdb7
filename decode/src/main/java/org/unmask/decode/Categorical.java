package org.unmask.decode;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import org.unmask.model.Predictions;

/**
 * Dream's proposal (arXiv 2508.15487): divides the logits by the temperature, keeps the nucleus of
 * mass top-p, of that the top-k, and draws from what is left. The confidence is the probability
 * after all three; with a temperature of 0 the tokens are the most probable ones.
 *
 * <p>Draws by Gumbel noise, so that a token depends on its own position's numbers only. Belongs to
 * one sequence.
 */
final class Categorical implements TokenProposer {

  static final String TOP_P = "top-p";
  static final String TOP_K = "top-k";

  private final double temperature;
  private final double topP;
  private final int topK;
  private final boolean isTopKFirst;
  private final Predictions proposals = new Predictions();
  private double[] row = {};
  private double[] sorted = {};

  /**
   * Makes the proposer of one sequence.
   *
   * @param temperature at least 0
   * @param topP nucleus mass; 1 keeps all
   * @param topK how many tokens are kept; 0 keeps all
   * @param isTopKFirst whether top-k comes before top-p (SDAR) or after it (Dream)
   */
  Categorical(double temperature, double topP, int topK, boolean isTopKFirst) {
    this.temperature = temperature;
    this.topP = topP;
    this.topK = topK;
    this.isTopKFirst = isTopKFirst;
  }

  static Parameter topP() {
    return Parameter.number(TOP_P, 1.0, 0, 1, "mass of the nucleus tokens are drawn from");
  }

  static Parameter topK() {
    return Parameter.integer(
        TOP_K, 0, 0, Integer.MAX_VALUE, "how many tokens are drawn from; 0 for all");
  }

  /** Returns Dream's proposer, or the greedy one if nothing asks for more. */
  static TokenProposer dream(DecodeOptions options) {
    Categorical drawn =
        new Categorical(
            options.temperature(), options.number(TOP_P), options.integer(TOP_K), false);
    return drawn.isPlain() ? new Gumbel(0) : drawn;
  }

  /** Tells whether rows are left as they are and the best token taken. */
  boolean isPlain() {
    return temperature == 0 && topP == 1 && topK == 0;
  }

  @Override
  public boolean wantsLogits() {
    return true;
  }

  @Override
  public Predictions propose(Step step, Predictions raw) {
    int vocabSize = raw.vocabSize();
    proposals.reset(raw.count(), 0);
    for (int r = 0; r < raw.count(); r++) {
      int position = step.position(r);
      int token =
          draw(
              raw,
              r,
              step.context().suppressed(),
              v -> step.context().gumbel(step.call(), position, v));
      Softmax.normalise(row, vocabSize);
      Softmax.describe(row, vocabSize, token, proposals, r);
    }
    return proposals;
  }

  /**
   * Returns the tempered and filtered probabilities of a row, valid until the next use.
   *
   * @param suppressed token of probability 0, or -1
   */
  double[] probabilities(Predictions raw, int r, int suppressed) {
    loadFiltered(raw, r, suppressed);
    Softmax.normalise(row, raw.vocabSize());
    return row;
  }

  private void loadFiltered(Predictions raw, int r, int suppressed) {
    int count = raw.vocabSize();
    load(raw.logits(), r * count, count);
    if (suppressed >= 0) {
      row[suppressed] = Double.NEGATIVE_INFINITY;
    }
    filter(count);
  }

  /**
   * Draws a token from a filtered row: the arg-max of its logits plus noise, if there is a
   * temperature.
   *
   * @param suppressed token that is never drawn, or -1
   * @param noise added to the filtered logit of a token
   */
  int draw(Predictions raw, int r, int suppressed, IntToDoubleFunction noise) {
    loadFiltered(raw, r, suppressed);
    int count = raw.vocabSize();
    int best = -1;
    double bestScore = Double.NEGATIVE_INFINITY;
    for (int v = 0; v < count; v++) {
      if (row[v] > Double.NEGATIVE_INFINITY) {
        double score = temperature > 0 ? row[v] + noise.applyAsDouble(v) : row[v];
        if (best < 0 || score > bestScore) {
          best = v;
          bestScore = score;
        }
      }
    }
    return best;
  }

  private void load(float[] logits, int from, int count) {
    if (row.length < count) {
      row = new double[count];
      sorted = new double[count];
    }
    double divisor = temperature > 0 ? temperature : 1;
    for (int v = 0; v < count; v++) {
      row[v] = logits[from + v] / divisor;
    }
  }

  private void filter(int count) {
    if (isTopKFirst) {
      keepTopK(count);
    }
    if (topP < 1) {
      keepNucleus(count);
    }
    if (!isTopKFirst) {
      keepTopK(count);
    }
  }

  /** Drops the tokens before which more than topP of the mass lies; ties with a kept one stay. */
  private void keepNucleus(int count) {
    System.arraycopy(row, 0, sorted, 0, count);
    Softmax.normalise(sorted, count);
    double[] probabilities = Arrays.copyOf(sorted, count);
    Arrays.sort(sorted, 0, count);
    double before = 0;
    double least = sorted[count - 1];
    for (int v = count - 1; v >= 0 && before <= topP; v--) {
      least = sorted[v];
      before += sorted[v];
    }
    for (int v = 0; v < count; v++) {
      if (probabilities[v] < least) {
        row[v] = Double.NEGATIVE_INFINITY;
      }
    }
  }

  private void keepTopK(int count) {
    if (topK > 0 && topK < count) {
      System.arraycopy(row, 0, sorted, 0, count);
      Arrays.sort(sorted, 0, count);
      double least = sorted[count - topK];
      for (int v = 0; v < count; v++) {
        if (row[v] < least) {
          row[v] = Double.NEGATIVE_INFINITY;
        }
      }
    }
  }
}
