package org.unmask.model;

import java.util.List;

/**
 * The network as decoders see it: p_theta(x0 | xt) for a bidirectional denoiser, p_theta(next |
 * past) for a causal model.
 *
 * <p>A forward call takes the rows of one or several sequences together (ragged, no padding). The
 * bits of every prediction are those of a call with that sequence alone, for any thread count and
 * vector width.
 *
 * <p>An instance owns working memory and is used by one thread at a time; the weights behind it are
 * shared. Several instances of one model may run side by side.
 */
public interface Denoiser {

  /** Returns the number of logits per row, V. */
  int vocabSize();

  /** Returns the id of the mask token, or -1 if the model has none. */
  int maskId();

  /**
   * Returns how far predictions are shifted: 0 if output row i speaks of the token at row i, 1 if
   * it speaks of the token at row i + 1 (Dream and causal models).
   *
   * <p>{@link Query#predict} already accounts for it; decoders need it only to know that the first
   * row of a slice has no valid prediction under a shift of 1.
   */
  int shift();

  /** Returns what predictions may depend on. */
  default Conditioning conditioning() {
    return Conditioning.FULL;
  }

  /** Returns the number of layers whose sublayers a query may {@linkplain Query#skip skip}. */
  default int layers() {
    return 0;
  }

  /**
   * Makes an empty cache of keys and values.
   *
   * @param slots rows per layer, at least 1
   * @return a cache usable with this denoiser and any other of the same model
   */
  KvCache newCache(int slots);

  /**
   * Runs one forward call over the rows of all queries and fills each query's {@link Predictions}.
   *
   * @param queries at least one; no two may write the same slot of the same cache
   * @throws IllegalArgumentException if a query has no rows, an id outside [0, V), or a slot
   *     outside its cache
   */
  void forward(List<Query> queries);
}
