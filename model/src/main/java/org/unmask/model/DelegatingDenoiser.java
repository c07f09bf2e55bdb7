package org.unmask.model;

import java.util.List;

/**
 * A network that is another one in all but what a subclass changes: one that times its calls, say.
 */
public class DelegatingDenoiser implements Denoiser {

  private final Denoiser network;

  /** Makes a stand-in for a network. */
  protected DelegatingDenoiser(Denoiser network) {
    this.network = network;
  }

  @Override
  public int vocabSize() {
    return network.vocabSize();
  }

  @Override
  public int maskId() {
    return network.maskId();
  }

  @Override
  public int shift() {
    return network.shift();
  }

  @Override
  public Conditioning conditioning() {
    return network.conditioning();
  }

  @Override
  public int layers() {
    return network.layers();
  }

  @Override
  public KvCache newCache(int slots) {
    return network.newCache(slots);
  }

  @Override
  public void forward(List<Query> queries) {
    network.forward(queries);
  }
}
