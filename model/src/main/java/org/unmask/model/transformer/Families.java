package org.unmask.model.transformer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmask.model.AttentionMask;
import org.unmask.runtime.nn.RotaryTable;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.safetensors.Names;
import tools.jackson.databind.JsonNode;

/**
 * The model families and what makes each different. To add one, add a line to {@link #ALL}.
 *
 * <p>Hyper-parameters always come from the folder's {@code config.json}; a side-car file {@code
 * unmask.json} may override {@code mask_id}, {@code shift}, {@code attention} (full, causal, block)
 * and {@code block_length}, for diffusion models whose configuration names an autoregressive class.
 */
final class Families {

  private enum Keys {
    OLMO,
    LLAMA
  }

  private enum Mixture {
    NONE,
    /** Softmax router, weights as they are. */
    LLADA_MOE,
    /** Sigmoid router over groups, a shared expert. */
    LLADA2
  }

  private enum Attends {
    FULL,
    CAUSAL,
    /** Block-causal; the block length is read from the configuration. */
    BLOCK,
    /** Block-causal in blocks of 32 unless the configuration says otherwise. */
    BLOCK32
  }

  /**
   * One family.
   *
   * @param modelType {@code model_type} in config.json
   * @param keys spelling of the configuration keys
   * @param names spelling of the tensor names
   * @param mixture how experts are configured; the same {@code model_type} may name a dense and a
   *     sparse family, told apart by {@code num_experts}
   * @param shift 1 if output row i speaks of token i + 1
   */
  private record Family(
      String modelType,
      Keys keys,
      TensorNames names,
      Attends attends,
      int shift,
      boolean hasQkvBias,
      boolean hasQkNorm,
      Mixture mixture) {

    Family(
        String modelType,
        Keys keys,
        TensorNames names,
        Attends attends,
        int shift,
        boolean hasQkvBias,
        boolean hasQkNorm) {
      this(modelType, keys, names, attends, shift, hasQkvBias, hasQkNorm, Mixture.NONE);
    }

    static Family lladaMoe(String modelType) {
      return new Family(
          modelType,
          Keys.LLAMA,
          TensorNames.LLAMA,
          Attends.FULL,
          0,
          false,
          true,
          Mixture.LLADA_MOE);
    }

    static Family llada2(String modelType) {
      return new Family(
          modelType,
          Keys.LLAMA,
          TensorNames.LLADA2,
          Attends.BLOCK32,
          0,
          false,
          true,
          Mixture.LLADA2);
    }
  }

  private static final List<Family> ALL =
      List.of(
          //         model_type        config keys  tensor names        attention        shift bias
          // qknorm
          new Family("llada", Keys.OLMO, TensorNames.OLMO, Attends.FULL, 0, false, false),
          new Family("Dream", Keys.LLAMA, TensorNames.LLAMA, Attends.FULL, 1, true, false),
          new Family("sdar", Keys.LLAMA, TensorNames.LLAMA, Attends.BLOCK, 0, false, true),
          new Family(
              "Fast_dLLM_Qwen", Keys.LLAMA, TensorNames.LLAMA, Attends.BLOCK32, 1, true, false),
          Family.lladaMoe("llada"),
          Family.lladaMoe("lladamoe"),
          Family.llada2("llada2_moe"),
          Family.llada2("llada21_moe"),
          new Family("a2d-qwen2", Keys.LLAMA, TensorNames.LLAMA, Attends.FULL, 0, true, false),
          new Family("a2d-qwen3", Keys.LLAMA, TensorNames.LLAMA, Attends.FULL, 0, false, true),
          new Family("a2d-llama", Keys.LLAMA, TensorNames.LLAMA, Attends.FULL, 0, false, false),
          new Family("qwen2", Keys.LLAMA, TensorNames.LLAMA, Attends.CAUSAL, 1, true, false),
          new Family("qwen3", Keys.LLAMA, TensorNames.LLAMA, Attends.CAUSAL, 1, false, true),
          new Family("llama", Keys.LLAMA, TensorNames.LLAMA, Attends.CAUSAL, 1, false, false));

  /** A configuration with the names of its tensors. */
  record Described(TransformerConfig config, TensorNames names) {}

  private static final int MOST_LAYERS = 4096;
  private static final int MOST_HEAD_DIM = 8192;

  private Families() {}

  /**
   * Reads a configuration.
   *
   * @param config config.json
   * @param generation generation_config.json, if there is one
   * @param sideCar unmask.json, if there is one
   * @throws CheckpointException if the family is unknown, a key is missing or has a value that this
   *     runtime does not implement
   */
  static Described describe(
      JsonNode config, Optional<JsonNode> generation, Optional<JsonNode> sideCar)
      throws CheckpointException {
    String type = config.path("model_type").asString("");
    ConfigReader reader = new ConfigReader(config, sideCar.orElse(null));
    boolean hasExperts = reader.has("num_experts");
    for (Family family : ALL) {
      boolean isSparse = family.mixture != Mixture.NONE;
      if (family.modelType.equals(type) && isSparse == hasExperts) {
        reader.refuseUnlessAbsent("quantization_config");
        TransformerConfig read =
            family.keys == Keys.OLMO
                ? olmo(family, reader, generation)
                : llama(family, reader, generation);
        return new Described(read, family.names);
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
                .filter(family -> (family.mixture != Mixture.NONE) == hasExperts)
                .map(Family::modelType)
                .collect(Collectors.joining(", ")));
  }

  private static TransformerConfig olmo(
      Family family, ConfigReader c, Optional<JsonNode> generation) throws CheckpointException {
    c.require("activation_type", "silu");
    c.require("block_type", "llama");
    c.require("layer_norm_type", "rms");
    c.require("rope", true);
    for (String flag :
        List.of(
            "include_bias",
            "include_qkv_bias",
            "bias_for_layer_norm",
            "attention_layer_norm",
            "alibi",
            "input_emb_norm",
            "scale_logits")) {
      c.require(flag, false);
    }
    c.require("block_group_size", 1);
    int hidden = c.size("d_model");
    int heads = c.size("n_heads");
    int vocabulary = c.size("vocab_size");
    int headDim = c.divide("d_model", hidden, "n_heads", heads);
    return build(
        family,
        c,
        generation,
        c.size("embedding_size", vocabulary),
        hidden,
        c.has("mlp_hidden_size") ? c.size("mlp_hidden_size") : 4 * hidden,
        c.sizeUpTo("n_layers", MOST_LAYERS),
        heads,
        c.size("n_kv_heads", heads),
        headDim,
        c.number("rms_norm_eps", 1e-5),
        RotaryTable.frequencies(headDim, c.number("rope_theta", 10000)),
        c.flag("weight_tying", false),
        c.size("max_sequence_length", 1024));
  }

  private static TransformerConfig llama(
      Family family, ConfigReader c, Optional<JsonNode> generation) throws CheckpointException {
    c.require("hidden_act", "silu");
    c.require("use_sliding_window", false);
    c.require("mlp_bias", false);
    if (!family.hasQkvBias) {
      c.require("attention_bias", false);
    }
    int hidden = c.size("hidden_size");
    int heads = c.size("num_attention_heads");
    int headDim =
        c.has("head_dim")
            ? c.sizeUpTo("head_dim", MOST_HEAD_DIM)
            : c.divide("hidden_size", hidden, "num_attention_heads", heads);
    int rotary = c.share("partial_rotary_factor", headDim);
    return build(
        family,
        c,
        generation,
        c.size("vocab_size"),
        hidden,
        denseSize(family, c),
        c.sizeUpTo("num_hidden_layers", MOST_LAYERS),
        heads,
        c.size("num_key_value_heads", heads),
        headDim,
        c.number("rms_norm_eps", 1e-6),
        RotaryScaling.frequencies(c, rotary),
        c.flag("tie_word_embeddings", false),
        c.size("max_position_embeddings", 2048));
  }

  private static int denseSize(Family family, ConfigReader c) throws CheckpointException {
    return family.mixture == Mixture.LLADA_MOE
        ? c.size("dense_intermediate_size", c.size("expert_intermediate_size"))
        : c.size("intermediate_size");
  }

  private static @Nullable Experts experts(Family family, ConfigReader c, int layers)
      throws CheckpointException {
    return switch (family.mixture) {
      case NONE -> null;
      case LLADA_MOE -> {
        c.refuseUnlessAbsent("clip_qkv");
        c.refuseUnlessAbsent("shared_expert_intermediate_size");
        c.require("qk_layernorm", true);
        yield new Experts(
            c.size("num_experts"),
            c.sizeUpTo("num_experts_per_tok", c.size("num_experts")),
            c.size("expert_intermediate_size"),
            0,
            Experts.Router.SOFTMAX,
            1,
            1,
            false, // whatever norm_topk_prob says, as the published code does
            1f,
            c.flags("moe_layer_freq", layers));
      }
      case LLADA2 -> {
        c.require("use_qk_norm", true);
        c.require("use_qkv_bias", false);
        c.require("use_bias", false);
        int count = c.size("num_experts");
        int groups = c.sizeUpTo("n_group", count);
        int kept = c.sizeUpTo("topk_group", groups);
        int perGroup = c.divide("num_experts", count, "n_group", groups);
        int inner = c.size("moe_intermediate_size");
        int dense = c.id("first_k_dense_replace", 0);
        yield new Experts(
            count,
            c.sizeUpTo("num_experts_per_tok", kept * perGroup),
            inner,
            inner * c.idUpTo("num_shared_experts", 0, 64),
            Experts.Router.SIGMOID,
            groups,
            kept,
            true,
            (float) c.number("routed_scaling_factor", 1.0),
            IntStream.range(0, layers).mapToObj(l -> l >= dense).toList());
      }
    };
  }

  private static TransformerConfig build(
      Family family,
      ConfigReader c,
      Optional<JsonNode> generation,
      int vocabulary,
      int hidden,
      int intermediate,
      int layers,
      int heads,
      int kvHeads,
      int headDim,
      double eps,
      float[] frequencies,
      boolean tied,
      int maxPositions)
      throws CheckpointException {
    c.divide("query heads", heads, "key-value heads", kvHeads);
    if (headDim % 2 != 0) {
      throw new CheckpointException(
          "head size " + headDim + " in config.json is odd; rotary embedding needs an even one");
    }
    int maskId = c.id("mask_id", c.id("mask_token_id", -1));
    if (maskId >= vocabulary) {
      throw new CheckpointException(
          "mask token id "
              + maskId
              + " in config.json is outside the vocabulary of "
              + vocabulary
              + " rows");
    }
    return new TransformerConfig(
        family.modelType,
        vocabulary,
        hidden,
        intermediate,
        layers,
        heads,
        kvHeads,
        headDim,
        (float) eps,
        frequencies,
        attention(family, c),
        c.idUpTo("shift", family.shift, 1),
        family.hasQkvBias,
        family.hasQkNorm,
        tied,
        maskId,
        stopIds(c, generation),
        maxPositions,
        experts(family, c, layers));
  }

  private static AttentionMask attention(Family family, ConfigReader c) throws CheckpointException {
    int length = family.attends == Attends.BLOCK32 ? 32 : 4;
    String own =
        switch (family.attends) {
          case FULL -> "full";
          case CAUSAL -> "causal";
          case BLOCK, BLOCK32 -> "block";
        };
    String given = c.text("attention", own);
    return switch (given) {
      case "full" -> new AttentionMask.Full();
      case "causal" -> new AttentionMask.Causal();
      case "block" ->
          new AttentionMask.BlockCausal(
              c.size("block_length", c.size("block_size", c.size("bd_size", length))));
      default ->
          throw new CheckpointException(
              "attention " + Names.quote(given) + " in unmask.json must be full, causal or block");
    };
  }

  /** The generation configuration wins over config.json, as in the official library. */
  private static List<Integer> stopIds(ConfigReader c, Optional<JsonNode> generation) {
    List<Integer> ids = new ArrayList<>();
    for (JsonNode source : List.of(generation.orElse(c.config()), c.config())) {
      JsonNode eos = source.path("eos_token_id");
      for (JsonNode id : eos.isArray() ? eos : List.of(eos)) {
        if (id.isInt() && !ids.contains(id.asInt())) {
          ids.add(id.asInt());
        }
      }
    }
    return List.copyOf(ids);
  }
}
