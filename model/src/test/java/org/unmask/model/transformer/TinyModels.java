package org.unmask.model.transformer;

import org.unmask.model.transformer.TinyModel.Shape;

/** One small model of every family, with shapes that fit no panel, block or vector exactly. */
enum TinyModels {
  LLADA(
      Shape.of("olmo", 80, 100, 4, 4, 20).rotary(500_000, 20, 0),
      0,
      """
      {'model_type':'llada','architectures':['LLaDAModelLM'],'d_model':80,'n_heads':4,
       'n_kv_heads':null,'n_layers':2,'mlp_hidden_size':100,'mlp_ratio':4,'vocab_size':70,
       'embedding_size':77,'rope':true,'rope_theta':500000.0,'rms_norm_eps':1e-6,
       'activation_type':'silu','block_type':'llama','layer_norm_type':'rms',
       'weight_tying':false,'mask_token_id':69,'eos_token_id':68,'max_sequence_length':512}
      """),
  DREAM(
      Shape.of("llama", 120, 200, 6, 2, 20).flags(true, false, false).rotary(1e6, 20, 0),
      1,
      """
      {'model_type':'Dream','hidden_size':120,'num_attention_heads':6,'num_key_value_heads':2,
       'num_hidden_layers':2,'intermediate_size':200,'vocab_size':77,'rope_theta':1e6,
       'rms_norm_eps':1e-6,'hidden_act':'silu','tie_word_embeddings':false,'rope_scaling':null,
       'mask_token_id':70}
      """),
  SDAR(
      Shape.of("llama", 96, 130, 4, 2, 40)
          .flags(false, true, false)
          .rotary(1e6, 40, 0)
          .sees("block", 4),
      0,
      """
      {'model_type':'sdar','hidden_size':96,'num_attention_heads':4,'num_key_value_heads':2,
       'head_dim':40,'num_hidden_layers':2,'intermediate_size':130,'vocab_size':77,
       'rope_theta':1e6,'rms_norm_eps':1e-6,'tie_word_embeddings':false,'block_size':4,
       'mask_token_id':70,'attention_bias':false}
      """),
  FAST_DLLM(
      Shape.of("llama", 288, 700, 4, 2, 72)
          .flags(true, false, true)
          .rotary(1e6, 72, 0)
          .sees("block", 8),
      1,
      """
      {'model_type':'Fast_dLLM_Qwen','hidden_size':288,'num_attention_heads':4,
       'num_key_value_heads':2,'num_hidden_layers':2,'intermediate_size':700,'vocab_size':77,
       'rope_theta':1e6,'rms_norm_eps':1e-6,'tie_word_embeddings':true,'bd_size':8,
       'mask_token_id':70}
      """),
  A2D_QWEN3(
      Shape.of("llama", 72, 90, 2, 1, 40).flags(false, true, true).rotary(1e6, 40, 0),
      0,
      """
      {'model_type':'a2d-qwen3','hidden_size':72,'num_attention_heads':2,'num_key_value_heads':1,
       'head_dim':40,'num_hidden_layers':2,'intermediate_size':90,'vocab_size':77,
       'rope_parameters':{'rope_type':'default','rope_theta':1e6},'rms_norm_eps':1e-6,
       'tie_word_embeddings':true,'mask_token_id':70}
      """),
  A2D_QWEN2(
      Shape.of("llama", 64, 33, 2, 2, 32).flags(true, false, true).rotary(1e6, 32, 0),
      0,
      """
      {'model_type':'a2d-qwen2','hidden_size':64,'num_attention_heads':2,'num_key_value_heads':2,
       'num_hidden_layers':2,'intermediate_size':33,'vocab_size':77,'rope_theta':1e6,
       'rms_norm_eps':1e-6,'tie_word_embeddings':true,'mask_token_id':70}
      """),
  A2D_LLAMA(
      Shape.of("llama", 48, 70, 4, 4, 12),
      0,
      """
      {'model_type':'a2d-llama','hidden_size':48,'num_attention_heads':4,'num_hidden_layers':2,
       'intermediate_size':70,'vocab_size':77,'rms_norm_eps':1e-6,'mask_token_id':70}
      """),
  QWEN2(
      Shape.of("llama", 160, 257, 2, 1, 80)
          .flags(true, false, true)
          .rotary(1e6, 80, 0)
          .sees("causal", 0),
      1,
      """
      {'model_type':'qwen2','hidden_size':160,'num_attention_heads':2,'num_key_value_heads':1,
       'num_hidden_layers':2,'intermediate_size':257,'vocab_size':77,'rope_theta':1e6,
       'rms_norm_eps':1e-6,'tie_word_embeddings':true,'use_sliding_window':false,
       'sliding_window':4}
      """),
  QWEN3(
      Shape.of("llama", 72, 90, 3, 1, 40)
          .flags(false, true, true)
          .rotary(1e6, 40, 0)
          .sees("causal", 0),
      1,
      """
      {'model_type':'qwen3','hidden_size':72,'num_attention_heads':3,'num_key_value_heads':1,
       'head_dim':40,'num_hidden_layers':2,'intermediate_size':90,'vocab_size':77,
       'rope_theta':1e6,'rms_norm_eps':1e-6,'tie_word_embeddings':true}
      """),
  LLAMA(
      Shape.of("llama", 300, 310, 5, 1, 60).rotary(5e5, 60, 8).sees("causal", 0),
      1,
      """
      {'model_type':'llama','hidden_size':300,'num_attention_heads':5,'num_key_value_heads':1,
       'num_hidden_layers':2,'intermediate_size':310,'vocab_size':77,'rope_theta':5e5,
       'rms_norm_eps':1e-6,'tie_word_embeddings':false,'mlp_bias':false,
       'rope_scaling':{'rope_type':'llama3','factor':8.0,'low_freq_factor':1.0,
       'high_freq_factor':4.0,'original_max_position_embeddings':32}}
      """),
  LLADA_MOE(
      Shape.of("llama", 72, 50, 2, 1, 40)
          .flags(false, true, false)
          .rotary(50_000, 40, 0)
          .experts(8),
      0,
      """
      {'model_type':'llada','architectures':['LLaDAMoEModelLM'],'hidden_size':72,
       'num_attention_heads':2,'num_key_value_heads':1,'head_dim':40,'num_hidden_layers':3,
       'dense_intermediate_size':90,'expert_intermediate_size':50,
       'shared_expert_intermediate_size':null,'moe_layer_freq':[1,1,1],'num_experts':8,
       'num_experts_per_tok':3,'norm_topk_prob':true,'qk_layernorm':true,'vocab_size':77,
       'rope_theta':50000,'rms_norm_eps':1e-6,'tie_word_embeddings':false,'mask_token_id':70}
      """),
  LLADA2(
      Shape.of("llada2", 88, 50, 4, 2, 24)
          .flags(false, true, false)
          .rotary(600_000, 12, 0)
          .sees("block", 32)
          .experts(16),
      0,
      """
      {'model_type':'llada2_moe','hidden_size':88,'num_attention_heads':4,
       'num_key_value_heads':2,'head_dim':24,'num_hidden_layers':3,'intermediate_size':50,
       'first_k_dense_replace':1,'num_experts':16,'num_experts_per_tok':3,'n_group':4,
       'topk_group':2,'moe_intermediate_size':50,'num_shared_experts':1,
       'routed_scaling_factor':2.5,'partial_rotary_factor':0.5,'vocab_size':77,
       'rope_theta':600000,'rms_norm_eps':1e-6,'use_qk_norm':true,'use_qkv_bias':false,
       'use_bias':false,'tie_word_embeddings':false,'mask_token_id':70}
      """),
  SDAR_MOE(
      Shape.of("qwen-moe", 72, 50, 2, 1, 40)
          .flags(false, true, false)
          .rotary(1e6, 40, 0)
          .sees("block", 4)
          .experts(8),
      0,
      """
      {'model_type':'sdar_moe','hidden_size':72,'num_attention_heads':2,'num_key_value_heads':1,
       'head_dim':40,'num_hidden_layers':3,'intermediate_size':90,'moe_intermediate_size':50,
       'num_experts':8,'num_experts_per_tok':3,'norm_topk_prob':true,'decoder_sparse_step':1,
       'mlp_only_layers':[],'vocab_size':77,'rope_theta':1e6,'rms_norm_eps':1e-6,
       'tie_word_embeddings':false,'block_size':4,'mask_token_id':70,'attention_bias':false}
      """),
  QWEN3_MOE(
      Shape.of("qwen-moe", 72, 50, 2, 1, 40)
          .flags(false, true, false)
          .rotary(1e6, 40, 0)
          .sees("causal", 0)
          .experts(8),
      1,
      """
      {'model_type':'qwen3_moe','hidden_size':72,'num_attention_heads':2,'num_key_value_heads':1,
       'head_dim':40,'num_hidden_layers':3,'intermediate_size':50,'moe_intermediate_size':50,
       'num_experts':8,'num_experts_per_tok':3,'norm_topk_prob':true,'decoder_sparse_step':1,
       'mlp_only_layers':[0],'vocab_size':77,'rope_theta':1e6,'rms_norm_eps':1e-6,
       'tie_word_embeddings':false}
      """);

  private final Shape shape;
  private final String config;

  /** 1 if output row i speaks of token i + 1. */
  final int shift;

  TinyModels(Shape shape, int shift, String config) {
    this.shape = shape;
    this.shift = shift;
    this.config = config;
  }

  /** Draws the model's weights. */
  TinyModel draw() {
    return new TinyModel(shape, config, 20261122 + ordinal());
  }

  /** Draws the weights under a changed configuration: pairs of a text and what replaces it. */
  TinyModel with(String... changes) {
    String changed = config;
    for (int i = 0; i < changes.length; i += 2) {
      if (!changed.contains(changes[i])) {
        throw new IllegalArgumentException(changes[i] + " is not in the configuration");
      }
      changed = changed.replace(changes[i], changes[i + 1]);
    }
    return new TinyModel(shape, changed, 20261122 + ordinal());
  }
}
