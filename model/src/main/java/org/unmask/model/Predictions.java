package org.unmask.model;

import java.util.Arrays;

/**
 * What a forward call says of each predicted row, in the order of {@link Query#predict}.
 *
 * <p>Probabilities are those of softmax(l) at temperature 1 with suppressed tokens left out. They
 * are computed in double from float32 logits; 1 - confidence keeps its relative accuracy when the
 * confidence is close to 1.
 */
public final class Predictions {

  private int count;
  private int[] token = {};
  private double[] confidence = {};
  private double[] top = {};
  private double[] second = {};
  private double[] entropy = {};
  private double[] asked = {};
  private float[] logits = {};
  private int vocabSize;
  private float[] attention = {};
  private float[] hidden = {};

  /**
   * Makes room for a forward call's results; called by denoisers.
   *
   * @param count predicted rows
   * @param vocabSize logits per row if they are wanted, 0 if not
   */
  public void reset(int count, int vocabSize) {
    this.count = count;
    this.vocabSize = vocabSize;
    if (token.length < count) {
      int room = Math.max(count, 2 * token.length);
      token = Arrays.copyOf(token, room);
      confidence = Arrays.copyOf(confidence, room);
      top = Arrays.copyOf(top, room);
      second = Arrays.copyOf(second, room);
      entropy = Arrays.copyOf(entropy, room);
      asked = Arrays.copyOf(asked, room);
    }
    if (logits.length < count * vocabSize) {
      logits = new float[count * vocabSize];
    }
  }

  /**
   * Makes room for attention weights, all zero; called by denoisers.
   *
   * @param rows rows fed
   * @param keys slots visible
   * @return the weights (rows, keys), to be filled
   */
  public float[] resetAttention(int rows, int keys) {
    if (attention.length < rows * keys) {
      attention = new float[rows * keys];
    }
    Arrays.fill(attention, 0, rows * keys, 0f);
    return attention;
  }

  /**
   * Makes room for hidden states; called by denoisers.
   *
   * @param rows predicted rows
   * @param size floats per row
   * @return the states (rows, size), to be filled
   */
  public float[] resetHidden(int rows, int size) {
    if (hidden.length < rows * size) {
      hidden = new float[rows * size];
    }
    return hidden;
  }

  /**
   * Stores one row's result; called by denoisers.
   *
   * @param i which prediction
   * @param token proposed token id
   * @param confidence probability of {@code token}
   * @param top highest probability
   * @param second second highest probability
   * @param entropy entropy in nats
   */
  public void set(int i, int token, double confidence, double top, double second, double entropy) {
    this.token[i] = token;
    this.confidence[i] = confidence;
    this.top[i] = top;
    this.second[i] = second;
    this.entropy[i] = entropy;
  }

  /** Stores the probability of the token {@linkplain Query#ask asked} for; called by denoisers. */
  public void setAsked(int i, double probability) {
    asked[i] = probability;
  }

  /**
   * Computes the probability of the token asked for from the row's logits; called by denoisers that
   * return them.
   *
   * @param suppressed tokens that count as minus infinity
   */
  public void setAskedFromLogits(int i, int token, int[] suppressed) {
    float max = Float.NEGATIVE_INFINITY;
    for (int v = 0; v < vocabSize; v++) {
      boolean isSuppressed = false;
      for (int each : suppressed) {
        isSuppressed |= each == v;
      }
      max = isSuppressed ? max : Math.max(max, logits[i * vocabSize + v]);
    }
    asked[i] = top[i] * StrictMath.exp((double) logits[i * vocabSize + token] - max);
  }

  /** Returns the probability of the token that was {@linkplain Query#ask asked} for, in [0, 1]. */
  public double asked(int i) {
    return asked[i];
  }

  /** Returns how many rows were predicted. */
  public int count() {
    return count;
  }

  /** Returns the proposed token: the arg-max, lowest id on ties, or the drawn token. */
  public int token(int i) {
    return token[i];
  }

  /** Returns the probability of the proposed token, in [0, 1]. */
  public double confidence(int i) {
    return confidence[i];
  }

  /** Returns the highest probability, in (0, 1]. */
  public double top(int i) {
    return top[i];
  }

  /** Returns the second highest probability, in [0, 0.5]. */
  public double second(int i) {
    return second[i];
  }

  /** Returns the entropy in nats, at least 0. */
  public double entropy(int i) {
    return entropy[i];
  }

  /** Returns the logits (count, vocabSize), row-major, valid until the next call, if wanted. */
  public float[] logits() {
    return logits;
  }

  /**
   * Returns the attention of each fed row to each visible slot (rows fed, slots visible),
   * row-major, averaged over heads and layers, if {@linkplain Query#wantAttention wanted}.
   */
  public float[] attention() {
    return attention;
  }

  /**
   * Returns the hidden states (count, hidden size) behind the final norm, row-major, if {@linkplain
   * Query#wantHidden wanted}.
   */
  public float[] hidden() {
    return hidden;
  }

  /** Returns the logits per row, or 0 if they were not wanted. */
  public int vocabSize() {
    return vocabSize;
  }
}
