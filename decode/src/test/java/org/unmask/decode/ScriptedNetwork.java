package org.unmask.decode;

import java.util.Random;

/** A scripted network with everything that any algorithm needs, for tests of other packages. */
public final class ScriptedNetwork {

  /** Tokens, the mask last. */
  public static final int VOCAB = 12;

  private final ScriptedDenoiser denoiser;

  /** Makes a network that answers at random. */
  public ScriptedNetwork(long seed, int shift) {
    denoiser = ScriptedDenoiser.random(seed, VOCAB, shift, 2);
  }

  /** Returns a decoder over the network. */
  public Decoder decoder() {
    Random random = new Random(1);
    float[] weights = new float[FilterModel.WIDTH * FilterModel.WIDTH];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian();
    }
    float[] bias = new float[FilterModel.WIDTH];
    DecodeResources resources =
        DecodeResources.none()
            .withEndTokens(0)
            .withDelimiters(1)
            .withFilter(new FilterModel(weights, bias, weights, bias))
            .withAuxiliary(ScriptedDenoiser.random(7, VOCAB, 1, 2));
    return new Decoder(denoiser, resources);
  }

  /** Returns how many forward calls were made. */
  public int calls() {
    return denoiser.calls.size();
  }
}
