package org.unmask.model;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One sequence's share of a forward call: the rows fed, what they may attend to, and the rows whose
 * predictions are wanted.
 *
 * <p>Built anew for each call or reused; the arrays given to the setters are kept, not copied. The
 * plain form, {@code new Query().rows(ids, 0, ids.length).predict(masked, n)}, is a full forward
 * without cache.
 */
public final class Query {

  private static final int[] NONE = {};

  private final @Nullable KvCache cache;
  private final Predictions predictions = new Predictions();

  int[] ids = NONE;
  int idsFrom;
  int rowCount;
  int @Nullable [] positions;
  int @Nullable [] slots;
  int firstPosition;
  int keyCount;
  @Nullable AttentionMask mask;
  int[] predicted = NONE;
  int predictedCount;
  int[] suppressed = NONE;
  double temperature;
  long[] noiseKeys = {};
  boolean wantsLogits;
  boolean unshifted;
  int attentionLayers;
  @Nullable RowReuse reuse;
  boolean wantsHidden;
  float @Nullable [] states;
  SublayerSkip skip = SublayerSkip.NONE;
  @Nullable SoftTokens softTokens;
  int @Nullable [] asked;

  /** Makes a query without a cache: its rows attend to each other only. */
  public Query() {
    this.cache = null;
  }

  /**
   * Makes a query whose keys and values are kept in a cache.
   *
   * @param cache holds earlier rows and receives those of this query
   */
  public Query(KvCache cache) {
    this.cache = cache;
  }

  /**
   * Feeds the canvas slice [from, to) at its own positions and slots. The visible keys become the
   * slots [0, to), which {@link #keys} may change afterwards.
   *
   * @param canvas token ids of the whole sequence
   * @param from first row fed
   * @param to end of the rows fed, above {@code from}
   */
  public Query rows(int[] canvas, int from, int to) {
    if (from < 0 || to <= from || to > canvas.length) {
      throw new IllegalArgumentException(
          "rows [" + from + ", " + to + ") do not lie in a canvas of " + canvas.length + " tokens");
    }
    ids = canvas;
    idsFrom = from;
    rowCount = to - from;
    firstPosition = from;
    positions = null;
    slots = null;
    keyCount = cache == null ? rowCount : to;
    return this;
  }

  /**
   * Feeds arbitrary rows.
   *
   * @param ids token ids, one per row
   * @param positions rotary position of each row, at least 0
   * @param slots cache slot each row is written to; distinct
   * @param count how many rows, at least 1
   */
  public Query rows(int[] ids, int[] positions, int[] slots, int count) {
    if (count < 1 || ids.length < count || positions.length < count || slots.length < count) {
      throw new IllegalArgumentException(
          "a query of " + count + " rows needs that many ids, positions and slots, and at least 1");
    }
    this.ids = ids;
    idsFrom = 0;
    rowCount = count;
    this.positions = positions;
    this.slots = slots;
    int keys = 0;
    for (int r = 0; r < count; r++) {
      keys = Math.max(keys, slots[r] + 1);
    }
    keyCount = keys;
    return this;
  }

  /**
   * Sets how many slots are visible: the keys are the slots [0, count), before the mask.
   *
   * @param count at least 1
   */
  public Query keys(int count) {
    keyCount = count;
    return this;
  }

  /** Replaces the attention mask of the model's family by another for this call. */
  public Query mask(AttentionMask mask) {
    this.mask = mask;
    return this;
  }

  /**
   * Asks for predictions.
   *
   * @param rows indices among the rows fed, from 0, of the tokens to predict, ascending. Under a
   *     {@linkplain Denoiser#shift() shift} of 1 the prediction of row r is read from row r - 1
   *     (row 0 from itself), and r may equal the number of rows fed: the token after the last
   * @param count how many of them
   */
  public Query predict(int[] rows, int count) {
    predicted = rows;
    predictedCount = count;
    return this;
  }

  /** Excludes tokens from every prediction: their logits count as minus infinity. */
  public Query suppress(int... tokens) {
    suppressed = tokens;
    return this;
  }

  /**
   * Draws tokens from softmax(l / temperature) by Gumbel noise: the token is the arg-max of {@code
   * l + temperature * g}. Confidences stay those of softmax(l).
   *
   * @param temperature at least 0; 0 is greedy and ignores the keys
   * @param keys one per predicted row; the noise of token v is a function of the key and v alone
   */
  public Query noise(double temperature, long[] keys) {
    this.temperature = temperature;
    this.noiseKeys = keys;
    return this;
  }

  /**
   * Also asks for the probability of one token of every predicted row, see {@link
   * Predictions#asked}.
   *
   * @param tokens one per predicted row, -1 where none is asked for; or null for none
   */
  public Query ask(int @Nullable [] tokens) {
    asked = tokens;
    return this;
  }

  /** Also returns the logits of every predicted row. */
  public Query wantLogits(boolean wanted) {
    wantsLogits = wanted;
    return this;
  }

  /**
   * Also returns the attention weights of all fed rows, averaged over heads and over some layers.
   *
   * @param lastLayers how many layers, counted from the last; 0 for none
   */
  public Query wantAttention(int lastLayers) {
    attentionLayers = lastLayers;
    return this;
  }

  /**
   * Computes only some of the rows fed, see {@link RowReuse}; needs a cache.
   *
   * @param plan which ones, or null for all
   */
  public Query reuse(@Nullable RowReuse plan) {
    reuse = plan;
    return this;
  }

  /** Also returns the hidden state of every predicted row, behind the final norm. */
  public Query wantHidden(boolean wanted) {
    wantsHidden = wanted;
    return this;
  }

  /**
   * Feeds states in place of the embeddings of the tokens.
   *
   * @param states (rows, hidden size), row-major
   */
  public Query states(float[] states) {
    this.states = states;
    return this;
  }

  /** Leaves out sublayers for the rows of this query. */
  public Query skip(SublayerSkip sublayers) {
    skip = sublayers;
    return this;
  }

  /**
   * Feeds some rows as sums of embeddings.
   *
   * @param tokens which ones, or null for none
   */
  public Query softTokens(@Nullable SoftTokens tokens) {
    softTokens = tokens;
    return this;
  }

  /** Reads output rows as the checkpoint's own code returns them, ignoring the model's shift. */
  public Query unshifted(boolean raw) {
    unshifted = raw;
    return this;
  }

  /** Returns what the last forward call filled in, in the order of {@link #predict}. */
  public Predictions predictions() {
    return predictions;
  }

  /** Returns the cache, or null for a query without one. */
  public @Nullable KvCache cache() {
    return cache;
  }

  /** Returns how many rows are fed. */
  public int rowCount() {
    return rowCount;
  }

  /** Returns the token id of a fed row. */
  public int id(int row) {
    return ids[idsFrom + row];
  }

  /** Returns the rotary position of a fed row. */
  public int position(int row) {
    int[] given = positions;
    return given == null ? firstPosition + row : given[row];
  }

  /** Returns the cache slot of a fed row; without a cache, the row itself. */
  public int slot(int row) {
    int[] given = slots;
    return given != null ? given[row] : cache == null ? row : firstPosition + row;
  }

  /** Returns how many slots are visible. */
  public int keyCount() {
    return keyCount;
  }

  /** Returns the mask set for this call, or null for that of the model's family. */
  public @Nullable AttentionMask mask() {
    return mask;
  }

  /** Returns how many predictions are wanted. */
  public int predictedCount() {
    return predictedCount;
  }

  /** Returns the i-th row whose token is predicted. */
  public int predictedRow(int i) {
    return predicted[i];
  }

  /** Returns the tokens excluded from every prediction. */
  public int[] suppressed() {
    return suppressed;
  }

  /** Returns the sampling temperature; 0 is greedy. */
  public double temperature() {
    return temperature;
  }

  /** Returns the noise key of the i-th prediction. */
  public long noiseKey(int i) {
    return noiseKeys[i];
  }

  /** Tells whether the probability of any token is asked for. */
  public boolean asks() {
    return asked != null;
  }

  /** Returns the token whose probability is asked for in the i-th prediction, or -1. */
  public int asked(int i) {
    int[] tokens = asked;
    return tokens == null ? -1 : tokens[i];
  }

  /** Tells whether logits are wanted. */
  public boolean wantsLogits() {
    return wantsLogits;
  }

  /** Returns over how many of the last layers attention is averaged, 0 if it is not wanted. */
  public int attentionLayers() {
    return attentionLayers;
  }

  /** Returns the rows that are sums of embeddings, or null if none is. */
  public @Nullable SoftTokens softTokens() {
    return softTokens;
  }

  /** Returns which rows are computed, or null for all. */
  public @Nullable RowReuse reuse() {
    return reuse;
  }

  /** Tells whether hidden states are wanted. */
  public boolean wantsHidden() {
    return wantsHidden;
  }

  /** Returns the states fed in place of embeddings, or null. */
  public float @Nullable [] states() {
    return states;
  }

  /** Returns the sublayers left out. */
  public SublayerSkip skipped() {
    return skip;
  }

  /** Tells whether output rows are read without the model's shift. */
  public boolean isUnshifted() {
    return unshifted;
  }

  @Override
  public String toString() {
    return "Query[rows="
        + rowCount
        + ", keys="
        + keyCount
        + ", predicted="
        + Arrays.toString(Arrays.copyOf(predicted, predictedCount))
        + "]";
  }
}
