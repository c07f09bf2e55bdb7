package org.unmask.model.transformer;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.safetensors.Names;

/**
 * The model families and what makes each different. To add one, add a line to {@link #ALL}; what it
 * does not mention is as in Llama: no shift, no bias, no norm of queries and keys, one dense MLP.
 *
 * <p>Hyper-parameters always come from the folder ({@link FamilyConfig}); the ids of masks here
 * stand in only where a folder names none.
 */
final class Families {

  private static final List<Family> ALL =
      List.of(
          // LLaDA-8B, LLaDA-1.5
          new Family("llada", TensorNames.OLMO, Attends.FULL).maskId(126336),
          // Dream, Dream-Coder, DiffuCoder
          new Family("Dream", TensorNames.LLAMA, Attends.FULL).shifted().qkvBias().maskId(151666),
          // SDAR, TraDo
          new Family("sdar", TensorNames.LLAMA, Attends.BLOCK).qkNorm().maskId(151669),
          new Family("sdar_moe", TensorNames.LLAMA, Attends.BLOCK)
              .qkNorm()
              .experts(Mixture.QWEN3)
              .maskId(151669),
          // Fast-dLLM v2
          new Family("Fast_dLLM_Qwen", TensorNames.LLAMA, Attends.BLOCK32)
              .shifted()
              .qkvBias()
              .maskId(151665),
          // LLaDA-MoE; published folders say llada and have experts
          new Family("llada", TensorNames.LLAMA, Attends.FULL)
              .qkNorm()
              .experts(Mixture.LLADA)
              .maskId(156895),
          new Family("lladamoe", TensorNames.LLAMA, Attends.FULL)
              .qkNorm()
              .experts(Mixture.LLADA)
              .maskId(156895),
          // LLaDA2.0, 2.1
          new Family("llada2_moe", TensorNames.LLADA2, Attends.BLOCK32)
              .qkNorm()
              .experts(Mixture.LLADA2)
              .maskId(156895),
          new Family("llada21_moe", TensorNames.LLADA2, Attends.BLOCK32)
              .qkNorm()
              .experts(Mixture.LLADA2)
              .maskId(156895),
          // autoregressive models converted to diffusion
          new Family("a2d-qwen2", TensorNames.LLAMA, Attends.FULL).qkvBias(),
          new Family("a2d-qwen3", TensorNames.LLAMA, Attends.FULL).qkNorm(),
          new Family("a2d-llama", TensorNames.LLAMA, Attends.FULL),
          // autoregressive: Qwen2 and 2.5, Qwen3, Llama 3 and SmolLM2
          new Family("qwen2", TensorNames.LLAMA, Attends.CAUSAL).shifted().qkvBias(),
          new Family("qwen3", TensorNames.LLAMA, Attends.CAUSAL).shifted().qkNorm(),
          new Family("qwen3_moe", TensorNames.LLAMA, Attends.CAUSAL)
              .shifted()
              .qkNorm()
              .experts(Mixture.QWEN3),
          new Family("llama", TensorNames.LLAMA, Attends.CAUSAL).shifted(),
          // the shipped variants of the autoregressive side
          new Family("unmask_asarm", TensorNames.LLAMA, Attends.FULL).qkvBias(),
          new Family("unmask_space", TensorNames.LLAMA, Attends.CAUSAL).shifted().qkvBias(),
          new Family("unmask_markov", TensorNames.LLAMA, Attends.FULL).qkvBias());

  /** Who sees whom, where the folder does not say. */
  enum Attends {
    FULL("full", 0),
    CAUSAL("causal", 0),
    /** Block-causal in blocks of 4 unless the configuration says otherwise. */
    BLOCK("block", 4),
    /** Block-causal in blocks of 32 unless the configuration says otherwise. */
    BLOCK32("block", 32);

    final String word;
    final int blockLength;

    Attends(String word, int blockLength) {
      this.word = word;
      this.blockLength = blockLength;
    }
  }

  /** How experts are configured. */
  enum Mixture {
    NONE,
    /** Softmax router, weights as they are. */
    LLADA,
    /** Sigmoid router over groups, a shared expert. */
    LLADA2,
    /** Softmax router, weights that sum to one if the configuration says so. */
    QWEN3
  }

  /**
   * One family.
   *
   * @param modelType {@code model_type} in config.json; a dense and a sparse family may share it,
   *     told apart by {@code num_experts}
   * @param names spelling of the tensor names; configuration keys of OLMo go with its names
   * @param shift 1 if output row i speaks of token i + 1
   * @param maskId the mask token of the published checkpoints, -1 if each has its own or none
   */
  record Family(
      String modelType,
      TensorNames names,
      Attends attends,
      int shift,
      boolean hasQkvBias,
      boolean hasQkNorm,
      Mixture mixture,
      int maskId) {

    private Family(String modelType, TensorNames names, Attends attends) {
      this(modelType, names, attends, 0, false, false, Mixture.NONE, -1);
    }

    private Family shifted() {
      return new Family(modelType, names, attends, 1, hasQkvBias, hasQkNorm, mixture, maskId);
    }

    private Family qkvBias() {
      return new Family(modelType, names, attends, shift, true, hasQkNorm, mixture, maskId);
    }

    private Family qkNorm() {
      return new Family(modelType, names, attends, shift, hasQkvBias, true, mixture, maskId);
    }

    private Family experts(Mixture kind) {
      return new Family(modelType, names, attends, shift, hasQkvBias, hasQkNorm, kind, maskId);
    }

    private Family maskId(int id) {
      return new Family(modelType, names, attends, shift, hasQkvBias, hasQkNorm, mixture, id);
    }

    private boolean isSparse() {
      return mixture != Mixture.NONE;
    }
  }

  private Families() {}

  /**
   * Finds the family of a configuration.
   *
   * @throws CheckpointException if it is of none
   */
  static Family of(ConfigReader config) throws IOException {
    String type = config.text("model_type", "");
    boolean hasExperts = config.has("num_experts");
    for (Family family : ALL) {
      if (family.modelType.equals(type) && family.isSparse() == hasExperts) {
        return family;
      }
    }
    throw new CheckpointException(
        "model_type "
            + Names.quote(type)
            + " in config.json is not supported"
            + (hasExperts ? " with num_experts" : "")
            + "; known families"
            + (hasExperts ? " with experts: " : ": ")
            + ALL.stream()
                .filter(family -> family.isSparse() == hasExperts)
                .map(Family::modelType)
                .collect(Collectors.joining(", ")));
  }
}
