package org.unmask.model.transformer;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmask.model.AttentionMask;
import org.unmask.model.Conditioning;

/**
 * Shape and flags of a transformer; everything in which the families differ but tensor names.
 *
 * @param family name of the family, as {@code model_type} spells it
 * @param vocabSize rows of the embedding and of the head, V
 * @param hiddenSize d
 * @param intermediateSize inner size of a dense MLP, d_ff
 * @param numLayers N
 * @param numHeads query heads, h
 * @param numKvHeads key-value heads, h_kv; divides {@code numHeads}
 * @param headDim size of a head, d_h
 * @param rmsNormEps epsilon of every RMSNorm
 * @param rotaryFrequencies radians per position of each rotated pair of a head's leading dimensions
 * @param attention who sees whom
 * @param shift 1 if output row i speaks of token i + 1, 0 if of token i
 * @param hasQkvBias whether query, key and value projections have a bias
 * @param hasQkNorm whether queries and keys are RMS-normalised per head before rotation
 * @param isTied whether the head is the embedding
 * @param maskId mask token, -1 if the model has none
 * @param stopIds tokens that end a text, first the end-of-text token; may be empty
 * @param maxPositions longest sequence the checkpoint declares
 * @param experts the mixture of experts that replaces the MLP of some layers, or null
 */
public record TransformerConfig(
    String family,
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int numLayers,
    int numHeads,
    int numKvHeads,
    int headDim,
    float rmsNormEps,
    float[] rotaryFrequencies,
    AttentionMask attention,
    int shift,
    boolean hasQkvBias,
    boolean hasQkNorm,
    boolean isTied,
    int maskId,
    List<Integer> stopIds,
    int maxPositions,
    @Nullable Experts experts) {

  /** Returns the same shape with another number of layers. */
  TransformerConfig withLayers(int layers) {
    return new TransformerConfig(
        family,
        vocabSize,
        hiddenSize,
        intermediateSize,
        layers,
        numHeads,
        numKvHeads,
        headDim,
        rmsNormEps,
        rotaryFrequencies,
        attention,
        shift,
        hasQkvBias,
        hasQkNorm,
        isTied,
        maskId,
        stopIds,
        maxPositions,
        experts);
  }

  /** Returns what predictions may depend on. */
  public Conditioning conditioning() {
    return switch (family) {
      case "unmask_asarm" -> Conditioning.RANK_ORDER;
      case "unmask_space" -> Conditioning.MASK_GROUPS;
      case "unmask_markov" -> Conditioning.BARRIERS;
      default ->
          attention instanceof AttentionMask.Causal ? Conditioning.CAUSAL : Conditioning.FULL;
    };
  }

  /** Returns the number of trained parameters. */
  public long parameters() {
    long heads = (long) (numHeads + 2 * numKvHeads) * headDim;
    long layer =
        2L * hiddenSize
            + heads * hiddenSize
            + (hasQkvBias ? heads : 0)
            + (hasQkNorm ? 2L * headDim : 0)
            + (long) numHeads * headDim * hiddenSize;
    long vocabulary = (long) vocabSize * hiddenSize;
    return vocabulary * (isTied ? 1 : 2) + hiddenSize + numLayers * layer + mlpParameters();
  }

  private long mlpParameters() {
    long sum = 0;
    for (int l = 0; l < numLayers; l++) {
      long inner = intermediateSize;
      if (experts != null && experts.isSparse(l)) {
        inner = (long) experts.count() * experts.intermediateSize() + experts.sharedSize();
        sum += (long) experts.count() * hiddenSize;
      }
      sum += 3 * inner * hiddenSize;
    }
    return sum;
  }

  /** Returns the largest inner size of any MLP or expert. */
  int widestMlp() {
    return experts == null
        ? intermediateSize
        : Math.max(intermediateSize, Math.max(experts.intermediateSize(), experts.sharedSize()));
  }
}
