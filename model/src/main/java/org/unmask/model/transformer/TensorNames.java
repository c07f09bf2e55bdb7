package org.unmask.model.transformer;

/**
 * Names of a family's tensors. Names of a layer contain {@code {i}}; names without a suffix get
 * {@code .weight} or {@code .bias}.
 *
 * @param k empty if {@code q} holds queries, keys and values one after the other
 * @param head the language-model head, absent in tied checkpoints
 * @param qNorm per-head query norm, unused without QK norm
 * @param kNorm per-head key norm, unused without QK norm
 */
record TensorNames(
    String embedding,
    String finalNorm,
    String head,
    String attentionNorm,
    String q,
    String k,
    String v,
    String qNorm,
    String kNorm,
    String output,
    String mlpNorm,
    String gate,
    String up,
    String down,
    String router,
    String expertBias) {

  /** LLaDA-8B and its kin, named as in OLMo. */
  static final TensorNames OLMO =
      new TensorNames(
          "model.transformer.wte",
          "model.transformer.ln_f",
          "model.transformer.ff_out",
          "model.transformer.blocks.{i}.attn_norm",
          "model.transformer.blocks.{i}.q_proj",
          "model.transformer.blocks.{i}.k_proj",
          "model.transformer.blocks.{i}.v_proj",
          "",
          "",
          "model.transformer.blocks.{i}.attn_out",
          "model.transformer.blocks.{i}.ff_norm",
          "model.transformer.blocks.{i}.ff_proj",
          "model.transformer.blocks.{i}.up_proj",
          "model.transformer.blocks.{i}.ff_out",
          "",
          "");

  /** Llama, Qwen, Dream, SDAR and everything derived from them. */
  static final TensorNames LLAMA =
      new TensorNames(
          "model.embed_tokens",
          "model.norm",
          "lm_head",
          "model.layers.{i}.input_layernorm",
          "model.layers.{i}.self_attn.q_proj",
          "model.layers.{i}.self_attn.k_proj",
          "model.layers.{i}.self_attn.v_proj",
          "model.layers.{i}.self_attn.q_norm",
          "model.layers.{i}.self_attn.k_norm",
          "model.layers.{i}.self_attn.o_proj",
          "model.layers.{i}.post_attention_layernorm",
          "model.layers.{i}.mlp.gate_proj",
          "model.layers.{i}.mlp.up_proj",
          "model.layers.{i}.mlp.down_proj",
          "model.layers.{i}.mlp.gate",
          "model.layers.{i}.mlp.expert_bias");

  /** LLaDA2: fused projections and names of its own around the attention. */
  static final TensorNames LLADA2 =
      new TensorNames(
          "model.word_embeddings",
          "model.norm",
          "lm_head",
          "model.layers.{i}.input_layernorm",
          "model.layers.{i}.attention.query_key_value",
          "",
          "",
          "model.layers.{i}.attention.query_layernorm",
          "model.layers.{i}.attention.key_layernorm",
          "model.layers.{i}.attention.dense",
          "model.layers.{i}.post_attention_layernorm",
          "model.layers.{i}.mlp.gate_proj",
          "model.layers.{i}.mlp.up_proj",
          "model.layers.{i}.mlp.down_proj",
          "model.layers.{i}.mlp.gate",
          "model.layers.{i}.mlp.gate.expert_bias");

  /** Returns the same names with another prefix for layers and final norm. */
  TensorNames under(String prefix) {
    return new TensorNames(
        embedding,
        finalNorm.replace("model.", prefix),
        head,
        attentionNorm.replace("model.", prefix),
        q.replace("model.", prefix),
        k.replace("model.", prefix),
        v.replace("model.", prefix),
        qNorm.replace("model.", prefix),
        kNorm.replace("model.", prefix),
        output.replace("model.", prefix),
        mlpNorm.replace("model.", prefix),
        gate.replace("model.", prefix),
        up.replace("model.", prefix),
        down.replace("model.", prefix),
        router,
        expertBias);
  }

  /** Returns the name of a dense MLP's matrix as an expert has it. */
  static String ofExpert(String pattern, int expert) {
    return pattern.replace(".mlp.", ".mlp.experts." + expert + ".");
  }

  /** Returns the name of a dense MLP's matrix as the shared expert has it. */
  static String ofShared(String pattern) {
    return pattern.replace(".mlp.", ".mlp.shared_experts.");
  }

  /** Returns a name of one layer. */
  static String of(String pattern, int layer) {
    return pattern.replace("{i}", Integer.toString(layer));
  }
}
