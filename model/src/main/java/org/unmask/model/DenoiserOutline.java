package org.unmask.model;

import java.util.List;

/**
 * The properties of a network that is never run, to find out what runs on it.
 *
 * @param maskId id of the mask token, or -1 for none
 * @param shift how far predictions are shifted
 */
public record DenoiserOutline(int vocabSize, int maskId, int shift, Conditioning conditioning)
    implements Denoiser {

  private static final int LAYERS = 4; // enough for any algorithm that leaves some out

  @Override
  public int layers() {
    return LAYERS;
  }

  @Override
  public KvCache newCache(int slots) {
    return new TokenCache(slots);
  }

  @Override
  public void forward(List<Query> queries) {
    throw new UnsupportedOperationException("this network has properties only");
  }
}
