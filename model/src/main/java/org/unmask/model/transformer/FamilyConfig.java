package org.unmask.model.transformer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmask.model.AttentionMask;
import org.unmask.runtime.nn.RotaryTable;
import org.unmask.weights.CheckpointException;
import org.unmask.weights.safetensors.Names;
import tools.jackson.databind.JsonNode;

/**
 * Turns a folder's configuration into a {@link TransformerConfig}.
 *
 * <p>A side-car file {@code unmask.json} may hold {@code mask_id}, {@code shift}, {@code attention}
 * (full, causal, block) and {@code block_length}, for diffusion models whose configuration names an
 * autoregressive class; any other key of it overrides that of config.json.
 *
 * @param family what is not in the configuration
 * @param c config.json under unmask.json
 * @param generation generation_config.json, if there is one
 * @param tokenizerMask finds the mask token of the tokenizer's files; -1 if they name none
 */
record FamilyConfig(
    Families.Family family,
    ConfigReader c,
    Optional<JsonNode> generation,
    TokenizerMask tokenizerMask) {

  private static final int MOST_LAYERS = 4096;
  private static final int MOST_HEAD_DIM = 8192;

  /** Looks for a mask token outside config.json. */
  @FunctionalInterface
  interface TokenizerMask {
    int id() throws IOException;
  }

  /**
   * Reads the configuration.
   *
   * @throws CheckpointException if a key is missing or has a value that is not implemented
   */
  TransformerConfig read() throws IOException {
    c.refuseUnlessAbsent("quantization_config");
    return family.names() == TensorNames.OLMO ? olmo() : llama();
  }

  private TransformerConfig olmo() throws IOException {
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

  private TransformerConfig llama() throws IOException {
    c.require("hidden_act", "silu");
    c.require("use_sliding_window", false);
    c.require("mlp_bias", false);
    if (!family.hasQkvBias()) {
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
        c.size("vocab_size"),
        hidden,
        denseSize(),
        c.sizeUpTo("num_hidden_layers", MOST_LAYERS),
        heads,
        c.size("num_key_value_heads", heads),
        headDim,
        c.number("rms_norm_eps", 1e-6),
        RotaryScaling.frequencies(c, rotary),
        c.flag("tie_word_embeddings", false),
        c.size("max_position_embeddings", 2048));
  }

  private int denseSize() throws CheckpointException {
    return family.mixture() == Families.Mixture.LLADA
        ? c.size("dense_intermediate_size", c.size("expert_intermediate_size"))
        : c.size("intermediate_size");
  }

  private @Nullable Experts experts(int layers) throws CheckpointException {
    return switch (family.mixture()) {
      case NONE -> null;
      case LLADA -> {
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
      case QWEN3 -> {
        c.require("decoder_sparse_step", 1);
        List<Integer> dense = c.ids("mlp_only_layers");
        int count = c.size("num_experts");
        yield new Experts(
            count,
            c.sizeUpTo("num_experts_per_tok", count),
            c.size("moe_intermediate_size"),
            0,
            Experts.Router.SOFTMAX,
            1,
            1,
            c.flag("norm_topk_prob", false),
            1f,
            IntStream.range(0, layers).mapToObj(l -> !dense.contains(l)).toList());
      }
    };
  }

  private TransformerConfig build(
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
      throws IOException {
    c.divide("query heads", heads, "key-value heads", kvHeads);
    if (headDim % 2 != 0) {
      throw new CheckpointException(
          "head size " + headDim + " in config.json is odd; rotary embedding needs an even one");
    }
    AttentionMask attention = attention();
    return new TransformerConfig(
        family.modelType(),
        vocabulary,
        hidden,
        intermediate,
        layers,
        heads,
        kvHeads,
        headDim,
        (float) eps,
        frequencies,
        attention,
        c.shift(family.shift()),
        family.hasQkvBias(),
        family.hasQkNorm(),
        tied,
        maskId(attention, vocabulary),
        stopIds(),
        maxPositions,
        experts(layers));
  }

  private AttentionMask attention() throws CheckpointException {
    String word = c.text("attention", family.attends().word);
    return switch (word) {
      case "full" -> new AttentionMask.Full();
      case "causal" -> new AttentionMask.Causal();
      case "block" -> new AttentionMask.BlockCausal(blockLength());
      default ->
          throw new CheckpointException(
              "attention " + Names.quote(word) + " in unmask.json must be full, causal or block");
    };
  }

  private int blockLength() throws CheckpointException {
    int length =
        c.size(
            "block_length", c.size("block_size", c.size("bd_size", family.attends().blockLength)));
    if (length == 0) {
      throw new CheckpointException("attention 'block' in unmask.json needs a block_length too");
    }
    return length;
  }

  /**
   * Finds the mask token: in the configuration, for a model that is not causal also in the
   * tokenizer's files, else the one of the family's published checkpoints.
   */
  private int maskId(AttentionMask attention, int vocabulary) throws IOException {
    // a barrier is what a Markov transformer is fed in place of a token it may not see
    int id = c.id("mask_id", c.id("mask_token_id", c.id("barrier_token_id", -1)));
    if (id < 0 && !(attention instanceof AttentionMask.Causal)) {
      id = tokenizerMask.id();
      id = id >= 0 || family.maskId() >= vocabulary ? id : family.maskId();
    }
    if (id >= vocabulary) {
      throw new CheckpointException(
          "mask token id "
              + id
              + " is outside the vocabulary of "
              + vocabulary
              + " rows; correct"
              + " mask_token_id in config.json, or give mask_id in unmask.json");
    }
    return id;
  }

  /** The generation configuration wins over config.json, as in the official library. */
  private List<Integer> stopIds() {
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
