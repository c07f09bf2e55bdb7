package org.unmask.bench.large;

import java.util.List;
import org.unmask.model.AttentionMask;
import org.unmask.model.transformer.TransformerConfig;
import org.unmask.runtime.nn.RotaryTable;

/** Shapes of published models, for random weights. */
public enum Shapes {
  /** LLaDA-8B: 32 layers, every head its own keys and values. */
  LLADA_8B("llada-8b", 126464, 4096, 12288, 32, 32, 32, 128, 500000, 0, false),
  /** Dream-7B: 28 layers, seven query heads to each head of keys and values. */
  DREAM_7B("dream-7b", 152064, 3584, 18944, 28, 28, 4, 128, 1000000, 1, true),
  /** A denoiser of Qwen2.5-0.5B's shape. */
  QWEN_05B("qwen-0.5b", 151936, 896, 4864, 24, 14, 2, 64, 1000000, 0, true);

  private final String word;
  private final TransformerConfig config;

  Shapes(
      String word,
      int vocabulary,
      int hidden,
      int inner,
      int layers,
      int heads,
      int kvHeads,
      int headDim,
      double theta,
      int shift,
      boolean hasBias) {
    this.word = word;
    config =
        new TransformerConfig(
            word,
            vocabulary,
            hidden,
            inner,
            layers,
            heads,
            kvHeads,
            headDim,
            1e-5f,
            RotaryTable.frequencies(headDim, theta),
            new AttentionMask.Full(),
            shift,
            hasBias,
            false,
            false,
            vocabulary - 128,
            List.of(),
            4096,
            null);
  }

  /** Returns the name that commands take. */
  public String word() {
    return word;
  }

  /** Returns the configuration. */
  public TransformerConfig config() {
    return config;
  }
}
