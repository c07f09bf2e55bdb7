package org.unmask.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unmask.model.Predictions;
import org.unmask.model.Query;

/**
 * Classifier-free guidance (LLaDA, arXiv 2502.09992): every step asks twice, the second time with
 * the prompt masked, and uses the logits {@code u + (s + 1)(c - u)}. The mask token is excluded
 * afterwards. Belongs to one sequence.
 */
final class Guidance {

  static final String CFG_SCALE = "cfg-scale";

  private final float weight;
  private final Query query = new Query();
  private final Predictions guided = new Predictions();
  private int[] tokens = {};
  private double[] row = {};
  private double[] noisy = {};

  /**
   * Makes the guidance of one sequence.
   *
   * @param scale s, above 0
   */
  Guidance(double scale) {
    weight = (float) (scale + 1);
  }

  static Parameter parameter() {
    return Parameter.number(
        CFG_SCALE, 0.0, 0, 1000, "weight of classifier-free guidance; 0 for none");
  }

  /** Refuses guidance with a cache. */
  static void check(DecodeOptions options) {
    if (options.number(CFG_SCALE) > 0 && !options.cache().equals("none")) {
      throw new IllegalArgumentException(
          "cfg-scale "
              + options.number(CFG_SCALE)
              + " needs both halves in full at every step; use cache none");
    }
  }

  /** Returns the query of the half without a prompt. */
  Query query(Step step, int[] rows) {
    Canvas canvas = step.canvas();
    if (tokens.length == 0) {
      tokens = new int[canvas.length()];
    }
    System.arraycopy(canvas.tokens(), 0, tokens, 0, canvas.length());
    Arrays.fill(tokens, 0, canvas.promptLength(), canvas.maskId());
    return query.rows(tokens, 0, canvas.length()).predict(rows, step.rows()).wantLogits(true);
  }

  /** Combines both halves into proposals. */
  Predictions combine(Step step, Predictions conditional, double temperature) {
    int vocabSize = conditional.vocabSize();
    if (row.length < vocabSize) {
      row = new double[vocabSize];
      noisy = new double[vocabSize];
    }
    float[] with = conditional.logits();
    float[] without = query.predictions().logits();
    guided.reset(conditional.count(), vocabSize);
    for (int r = 0; r < conditional.count(); r++) {
      for (int i = r * vocabSize; i < (r + 1) * vocabSize; i++) {
        guided.logits()[i] = without[i] + weight * (with[i] - without[i]);
      }
      Softmax.load(guided, r, step.context().suppressedTokens(), row);
      int token = draw(step, r, temperature, vocabSize);
      Softmax.normalise(row, vocabSize);
      Softmax.describe(row, vocabSize, token, guided, r);
    }
    return guided;
  }

  /** Records how probable the tokens chosen are without the prompt. */
  void describe(Step step, Picks picks) {
    Predictions without = query.predictions();
    int vocabSize = without.vocabSize();
    List<Double> probabilities = new ArrayList<>();
    for (int r : picks.ascending().toArray()) {
      Softmax.load(without, r, step.context().suppressedTokens(), row);
      Softmax.normalise(row, vocabSize);
      probabilities.add(row[step.token(r)]);
    }
    step.detail("unconditional_probability", probabilities);
  }

  private int draw(Step step, int r, double temperature, int vocabSize) {
    if (temperature == 0) {
      return Softmax.argMax(row, vocabSize);
    }
    long key = step.context().noiseKey(step.call(), step.position(r), Noise.Purpose.TOKEN);
    for (int v = 0; v < vocabSize; v++) {
      noisy[v] = row[v] + temperature * Noise.gumbel(key, v);
    }
    return Softmax.argMax(noisy, vocabSize);
  }
}
