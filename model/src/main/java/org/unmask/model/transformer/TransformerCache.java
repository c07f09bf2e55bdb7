package org.unmask.model.transformer;

import org.unmask.model.KvCache;
import org.unmask.runtime.cache.KvStore;

/** Keys and values of every layer and, for rows that are reused, what each layer added to them. */
final class TransformerCache implements KvCache {

  private final KvStore[] layers;
  private final int slots;
  private final int hiddenSize;
  private float[][] added = {};

  TransformerCache(TransformerConfig config, int slots, int layers) {
    this.slots = slots;
    hiddenSize = config.hiddenSize();
    this.layers = new KvStore[layers];
    for (int i = 0; i < layers; i++) {
      this.layers[i] = new KvStore(slots, config.numKvHeads(), config.headDim());
    }
  }

  KvStore layer(int layer) {
    return layers[layer];
  }

  /** Tells whether rows can be reused: whether a call has computed and kept them. */
  boolean keepsAdded() {
    return added.length > 0;
  }

  /** Returns what a layer added to the residual stream (slots, hiddenSize). */
  float[] added(int layer) {
    if (added.length == 0) {
      added = new float[layers.length][slots * hiddenSize];
    }
    return added[layer];
  }

  @Override
  public int slots() {
    return slots;
  }

  @Override
  public void copy(int from, int to) {
    if (from < 0 || from >= slots || to < 0 || to >= slots) {
      throw new IllegalArgumentException(
          "slots " + from + " and " + to + " must lie in a cache of " + slots);
    }
    for (KvStore layer : layers) {
      layer.copy(from, to);
    }
    for (float[] layer : added) {
      System.arraycopy(layer, from * hiddenSize, layer, to * hiddenSize, hiddenSize);
    }
  }
}
