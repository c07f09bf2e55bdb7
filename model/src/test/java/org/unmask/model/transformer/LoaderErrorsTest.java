package org.unmask.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmask.runtime.exec.WorkerPool;
import org.unmask.weights.Checkpoint;
import org.unmask.weights.CheckpointException;
import tools.jackson.databind.json.JsonMapper;

/** Checkpoints that cannot run say why, in one line. */
class LoaderErrorsTest {

  private static final WorkerPool POOL = new WorkerPool(1);

  @TempDir private Path folder;

  @AfterAll
  static void close() {
    POOL.close();
  }

  private void refuses(TinyModel model, String... words) throws IOException {
    try (Checkpoint checkpoint = model.write(folder)) {
      assertThatThrownBy(() -> Transformer.load(checkpoint, POOL))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContainingAll(words)
          .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }
  }

  @Test
  void missingTensor() throws IOException {
    TinyModel model = TinyModels.DREAM.draw();
    model.remove("1.k");
    refuses(model, "no tensor 'model.layers.1.self_attn.k_proj.weight'", "nearest");
  }

  @Test
  void missingHead_ofAnUntiedModel() throws IOException {
    TinyModel model = TinyModels.SDAR.draw();
    model.remove("head");
    refuses(model, "'lm_head.weight'");
  }

  @Test
  void missingBias_ofAFamilyThatHasIt() throws IOException {
    TinyModel model = TinyModels.QWEN2.draw();
    model.remove("0.v.bias");
    refuses(model, "'model.layers.0.self_attn.v_proj.bias'");
  }

  @Test
  void biasInAFamilyWithout() throws IOException {
    TinyModel model = TinyModels.LLAMA.draw();
    model.put("1.q.bias", new float[300], 300);
    refuses(model, "'model.layers.1.self_attn.q_proj.bias' does not belong to a llama model");
  }

  @Test
  void extraLayer() throws IOException {
    refuses(
        TinyModels.QWEN3.with("'num_hidden_layers':2", "'num_hidden_layers':1"),
        "model.layers.1.",
        "does not belong to a qwen3 model of 1 layers");
  }

  @Test
  void transposedWeight() throws IOException {
    TinyModel model = TinyModels.LLADA.draw();
    model.put("0.gate", model.values("0.gate"), 80, 100);
    refuses(model, "blocks.0.ff_proj.weight'", "[80, 100]", "[100, 80]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "LLAMA | 'rope_type':'llama3' | 'rope_type':'yarn' | rope type 'yarn'",
        "LLAMA | 'factor':8.0 | 'factor':0 | factor",
        "LLAMA | 'vocab_size':77 | 'vocab_size':77,'hidden_act':'gelu' | hidden_act",
        "DREAM | 'hidden_act':'silu' | 'hidden_act':'relu' | relu",
        "SDAR | 'block_size':4 | 'quantization_config':{'quant_method':'awq'} | awq",
        "SDAR | 'block_size':4 | 'block_size':-4 | block_size",
        "QWEN3 | 'vocab_size':77 | 'vocab_size':77,'num_experts':8 | num_experts",
        "SDAR_MOE | 'decoder_sparse_step':1 | 'decoder_sparse_step':2 | decoder_sparse_step",
        "QWEN3_MOE | [0] | ['0'] | mlp_only_layers",
        "LLAMA | 'factor':8.0 | 'factor':[0] | factor",
        "LLADA | 'activation_type':'silu' | 'activation_type':'swiglu' | activation_type",
        "LLADA | 'mask_token_id':69 | 'mask_token_id':77 | 77",
        "LLADA | 'n_heads':4 | 'n_heads':3 | n_heads",
        "QWEN2 | 'num_key_value_heads':1 | 'num_key_value_heads':3 | key-value heads",
        "QWEN2 | 'model_type':'qwen2' | 'model_type':'gpt2' | model_type 'gpt2'",
        "QWEN2 | 'use_sliding_window':false | 'use_sliding_window':true | use_sliding_window",
        "LLADA_MOE | 'num_experts_per_tok':3 | 'num_experts_per_tok':9 | num_experts_per_tok",
        "LLADA_MOE | 'shared_expert_intermediate_size':null | 'clip_qkv':3 | clip_qkv",
        "LLADA_MOE | [1,1,1] | [1,1] | moe_layer_freq",
        "LLADA2 | 'n_group':4 | 'n_group':5 | n_group",
        "LLADA2 | 'topk_group':2 | 'topk_group':5 | topk_group",
        "LLADA2 | 'use_bias':false | 'use_bias':true | use_bias",
      })
  void valueThatIsNotImplemented(TinyModels family, String from, String to, String word)
      throws IOException {
    refuses(family.with(from, to), word);
  }

  @Test
  void missingExpertBias() throws IOException {
    TinyModel model = TinyModels.LLADA2.draw();
    model.remove("1.router_bias");
    refuses(model, "model.layers.1.mlp.gate.expert_bias");
  }

  @ParameterizedTest
  @CsvSource({
    // theta 500000, 128 dimensions; Llama 3.1 (factor 8) and 3.2 (factor 32), original 8192.
    // pair 0: wavelength 2 pi, kept; pair 63: far beyond 8192, divided;
    // pair 32: 2 pi sqrt(500000) = 4442.9 lies between 2048 and 8192:
    // smooth = (8192 / 4442.9 - 1) / 3 = 0.281276, f = 1 / sqrt(500000) = 1.41421e-3
    "8, 0, 1.0",
    "8, 32, 5.24846e-4",
    "8, 63, 3.06893e-7",
    "32, 32, 4.29557e-4",
    "32, 63, 7.67231e-8",
  })
  void llama3Scaling_atThreeWavelengths(int factor, int pair, double expected)
      throws CheckpointException {
    String config =
        """
        {"rope_theta":500000,"rope_scaling":{"rope_type":"llama3","factor":%d,
         "low_freq_factor":1,"high_freq_factor":4,"original_max_position_embeddings":8192}}
        """
            .formatted(factor);
    float[] f =
        RotaryScaling.frequencies(
            new ConfigReader(JsonMapper.shared().readTree(config), null), 128);
    assertThat((double) f[pair]).isCloseTo(expected, within(expected * 1e-5));
  }
}
