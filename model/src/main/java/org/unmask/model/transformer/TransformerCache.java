package org.unmask.model.transformer;

import org.unmask.model.KvCache;
import org.unmask.runtime.cache.KvStore;

/** Keys and values of every layer. */
final class TransformerCache implements KvCache {

  private final KvStore[] layers;
  private final int slots;

  TransformerCache(TransformerConfig config, int slots, int layers) {
    this.slots = slots;
    this.layers = new KvStore[layers];
    for (int i = 0; i < layers; i++) {
      this.layers[i] = new KvStore(slots, config.numKvHeads(), config.headDim());
    }
  }

  KvStore layer(int layer) {
    return layers[layer];
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
  }
}
